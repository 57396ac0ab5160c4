/** Items by the time they are due, the earliest first; a binary heap. Times are microseconds. */
export class TimeHeap<T> {
  readonly #times: number[] = [];
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The earliest time; Infinity when there is nothing. */
  get nextUs(): number {
    return this.#times.length === 0 ? Infinity : (this.#times[0] as number);
  }

  /** The item of `nextUs`. */
  get next(): T {
    if (this.#items.length === 0) throw new RangeError("the heap is empty");
    return this.#items[0] as T;
  }

  push(us: number, item: T): void {
    const times = this.#times;
    const items = this.#items;
    let at = times.length;
    times.push(us);
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((times[parent] as number) <= us) break;
      times[at] = times[parent] as number;
      items[at] = items[parent] as T;
      at = parent;
    }
    times[at] = us;
    items[at] = item;
  }

  /** Takes `next` away. */
  pop(): T {
    const times = this.#times;
    const items = this.#items;
    const first = items[0];
    const lastUs = times.pop();
    const last = items.pop();
    if (lastUs === undefined) throw new RangeError("the heap is empty");
    const size = times.length;
    if (size === 0) return first as T;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && (times[child + 1] as number) < (times[child] as number)) child++;
      if ((times[child] as number) >= lastUs) break;
      times[at] = times[child] as number;
      items[at] = items[child] as T;
      at = child;
    }
    times[at] = lastUs;
    items[at] = last as T;
    return first as T;
  }
}
