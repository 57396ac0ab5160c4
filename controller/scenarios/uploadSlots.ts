/** How many files may be uploaded to one controller at the same time, and of how many bytes. */
export interface UploadLimits {
  count: number;
  /** An upload is held in memory as a whole until it is stored. */
  bytes: number;
}

export const defaultUploadLimits: UploadLimits = { count: 8, bytes: 256_000_000 };

/** Counts the uploads under way. */
export class UploadSlots {
  readonly #limits: UploadLimits;
  #count = 0;
  #bytes = 0;

  constructor(limits: UploadLimits) {
    this.#limits = limits;
  }

  /**
   * What gives the slot back, or undefined when there is none. Alone, an upload of any size gets
   * one: it would never fit otherwise.
   */
  take(bytes: number): (() => void) | undefined {
    const { count, bytes: most } = this.#limits;
    const isFull = this.#count >= count || this.#bytes + bytes > most;
    if (isFull && this.#count > 0) return undefined;
    this.#count++;
    this.#bytes += bytes;
    return () => {
      this.#count--;
      this.#bytes -= bytes;
    };
  }
}
