import { WindowHistogram } from "../metrics/windowHistogram.ts";
import type { SlaSample } from "./slaSample.ts";

/** Requests that were begun in or before a second and have no answer yet. */
export interface Unanswered {
  second: number;
  count: number;
}

interface Kept {
  part: number;
  whole: number;
  /** Begun less ended. */
  balance: number;
}

/** Without a window: for how many seconds it is told apart when what is unanswered was begun. */
const KEPT_SECONDS = 120;

/**
 * What a line looks at, added up over a window that slides by a second, or over everything from
 * `fromSecond` on. Samples may come late, for seconds that are or were in the window.
 */
export class SlaSeries {
  part = 0;
  whole = 0;
  readonly histogram = new WindowHistogram();
  readonly #fromSecond: number;
  readonly #toSecond: number;
  readonly #overSeconds: number | null;
  readonly #kept = new Map<number, Kept>();
  /** Of all seconds before the window. */
  #before = 0;
  #first: number;
  #newest = -1;

  constructor(fromSecond: number, toSecond: number, overSeconds: number | null) {
    this.#fromSecond = fromSecond;
    this.#toSecond = toSecond;
    this.#overSeconds = overSeconds;
    this.#first = fromSecond;
  }

  /** The window's newest second from now on; it must be the one after the last. */
  slideTo(second: number): void {
    if (second > this.#toSecond) return;
    this.#newest = second;
    const length = this.#overSeconds ?? KEPT_SECONDS;
    const first = Math.max(this.#fromSecond, second - length + 1);
    for (; this.#first < first; this.#first++) this.#leave(this.#first);
  }

  #leave(second: number): void {
    const kept = this.#kept.get(second);
    if (kept === undefined) return;
    this.#kept.delete(second);
    if (this.#overSeconds === null) {
      // Taken for younger than it is, so that nothing is ever taken for older.
      this.#at(second + 1).balance += kept.balance;
      return;
    }
    this.part -= kept.part;
    this.whole -= kept.whole;
    this.#before += kept.balance;
    this.histogram.remove(second);
  }

  add(second: number, sample: SlaSample): void {
    if (second > this.#toSecond) return;
    const balance = sample.begun - sample.ended;
    if (second < this.#fromSecond || (this.#overSeconds !== null && second < this.#first)) {
      this.#before += balance;
      return;
    }
    const kept = this.#at(Math.max(second, this.#first));
    kept.balance += balance;
    kept.part += sample.part;
    kept.whole += sample.whole;
    this.part += sample.part;
    this.whole += sample.whole;
    const place = this.#overSeconds === null ? null : second;
    for (const encoded of sample.encoded) this.histogram.add(place, encoded);
  }

  #at(second: number): Kept {
    let kept = this.#kept.get(second);
    if (kept === undefined) {
      kept = { part: 0, whole: 0, balance: 0 };
      this.#kept.set(second, kept);
    }
    return kept;
  }

  /**
   * Requests begun in seconds of the window that are unanswered, the oldest first; each has been
   * for at least the time since the end of its second.
   *
   * Beginning is counted by the second in which it happened, ending by the second in which it was
   * due, which may be earlier. So what was begun up to a second's end, less what has ended of all
   * that was due by then, is at most what is unanswered of it. That only grows from second to
   * second, so the least of the differences from there on is no more either; with it, ends that
   * are counted too late (of lost workers, whose due seconds nobody knows) leave nothing behind.
   */
  unanswered(): Unanswered[] {
    const balances: number[] = [];
    let balance = this.#before;
    for (let second = this.#first; second <= this.#newest; second++) {
      balance += this.#kept.get(second)?.balance ?? 0;
      balances.push(balance);
    }
    const found: Unanswered[] = [];
    let least = Infinity;
    for (let i = balances.length - 1; i >= 0 && least > 0; i--) {
      const upToHere = Math.max(0, Math.min(least, balances[i] as number));
      if (least !== Infinity) found.push({ second: this.#first + i + 1, count: least - upToHere });
      least = upToHere;
    }
    const before = Math.max(0, Math.min(least, this.#before));
    if (Number.isFinite(least)) found.push({ second: this.#first, count: least - before });
    return found.filter(({ count }) => count > 0).reverse();
  }
}
