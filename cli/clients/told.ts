/** What was told from the very beginning, for whoever begins to listen later. */
export class Told<T> {
  #all: T[] = [];
  readonly #listeners: ((one: T) => void)[] = [];

  tell(one: T): void {
    this.#all.push(one);
    for (const listen of this.#listeners) listen(one);
  }

  /**
   * What had been told by now, read after somebody was there to hear what comes: the last of it may
   * have been heard, too. To be called before anybody listens.
   */
  begin(before: readonly T[], isSame: (a: T, b: T) => boolean): void {
    const last = before.at(-1);
    const heard = this.#all.findLastIndex((one) => last !== undefined && isSame(one, last));
    this.#all = [...before, ...this.#all.slice(heard + 1)];
  }

  listen(listener: (one: T) => void): void {
    for (const one of this.#all) listener(one);
    this.#listeners.push(listener);
  }
}
