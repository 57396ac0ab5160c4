/**
 * Reads of what never changes. All workers of a run ask for its files at the same moment: as long
 * as one is being read, or is still being sent to somebody, others get the same memory.
 */
export class SharedReads {
  readonly #load: (name: string) => Promise<Uint8Array | undefined>;
  readonly #underWay = new Map<string, Promise<Uint8Array | undefined>>();
  /** Only who sends it keeps it. */
  readonly #inUse = new Map<string, WeakRef<Uint8Array>>();

  constructor(load: (name: string) => Promise<Uint8Array | undefined>) {
    this.#load = load;
  }

  read(name: string): Promise<Uint8Array | undefined> {
    const known = this.#inUse.get(name)?.deref();
    if (known !== undefined) return Promise.resolve(known);
    const underWay = this.#underWay.get(name);
    if (underWay !== undefined) return underWay;
    const reading = this.#readNew(name).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, reading);
    return reading;
  }

  async #readNew(name: string): Promise<Uint8Array | undefined> {
    const loaded = await this.#load(name);
    // A Buffer is what streams hold while they send: of anything else they hold the memory alone.
    const bytes = loaded && Buffer.from(loaded.buffer, loaded.byteOffset, loaded.byteLength);
    for (const [other, ref] of this.#inUse) {
      if (ref.deref() === undefined) this.#inUse.delete(other);
    }
    if (bytes !== undefined) this.#inUse.set(name, new WeakRef(bytes));
    return bytes;
  }
}
