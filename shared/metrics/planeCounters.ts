import { COUNTS_LENGTH } from "./histogramLayout.ts";
import { type PlaneRange, WORD_BYTES } from "./sparsePlanes.ts";

/** Bits of a sum; the sums of 32 buckets are so many words, lowest bits first. */
const PLANES = 8;
const MAX_SUM = 2 ** PLANES - 1;
/** What one histogram adds to a bucket at the most. */
const MAX_ADDED = 3;
const WORDS = Math.ceil(COUNTS_LENGTH / 32);
/** The lowest bit of each byte of a word. */
const LOWEST = 0x0101_0101;
const TOGETHER = 4;

/**
 * Adds up histograms whose counts are bits (`sparsePlanes.ts`), 32 buckets at once: a sum is kept as
 * bits, too, in words of their own, and words are added as an adder's gates do it, three of equal
 * weight to one of that weight and one carry. Four histograms go through the gates together, so that
 * the sums are read and written once for all of them (the way of Harley and Seal).
 */
export class PlaneCounters {
  readonly #sums = new Int32Array(PLANES * WORDS);
  /** Words that may have a sum. */
  #from = WORDS;
  #to = 0;
  /** The most that a bucket's sum can be. */
  #most = 0;
  /** Those that wait to be four, and the view they are in. */
  #view: DataView = new DataView(new ArrayBuffer(0));
  readonly #at = new Int32Array(TOGETHER);
  readonly #first = new Int32Array(TOGETHER);
  readonly #end = new Int32Array(TOGETHER);
  #waiting = 0;

  /** Whether one more fits; if not, `moveInto` has to come first. */
  get isFull(): boolean {
    return this.#most + MAX_ADDED > MAX_SUM;
  }

  /** Adds the words that begin at `at`. They must stay as they are until `moveInto`. */
  add(view: DataView, at: number, { first, words }: PlaneRange): void {
    if (view !== this.#view) {
      this.#addWaiting();
      this.#view = view;
    }
    this.#at[this.#waiting] = at;
    this.#first[this.#waiting] = first;
    this.#end[this.#waiting] = first + words;
    this.#waiting++;
    this.#most += MAX_ADDED;
    if (first < this.#from) this.#from = first;
    if (first + words > this.#to) this.#to = first + words;
    if (this.#waiting === TOGETHER) this.#addFour();
  }

  #addWaiting(): void {
    for (let i = 0; i < this.#waiting; i++) {
      this.#addOne(i, this.#first[i] as number, this.#end[i] as number);
    }
    this.#waiting = 0;
  }

  #addFour(): void {
    const first = this.#first;
    const end = this.#end;
    let from = 0;
    let to = WORDS;
    for (let i = 0; i < TOGETHER; i++) {
      from = Math.max(from, first[i] as number);
      to = Math.min(to, end[i] as number);
    }
    if (from >= to) return this.#addWaiting();
    this.#addTogether(from, to);
    // Where not all four are.
    for (let i = 0; i < TOGETHER; i++) {
      this.#addOne(i, first[i] as number, from);
      this.#addOne(i, to, end[i] as number);
    }
    this.#waiting = 0;
  }

  #placeOf(i: number, word: number): number {
    return (this.#at[i] as number) + (word - (this.#first[i] as number)) * WORD_BYTES;
  }

  #addOne(i: number, from: number, to: number): void {
    const [sums, view] = [this.#sums, this.#view];
    let at = this.#placeOf(i, from);
    for (let k = from * PLANES; k < to * PLANES; k += PLANES, at += WORD_BYTES) {
      const low = view.getInt32(at, true);
      const high = view.getInt32(at + 4, true);
      let sum = sums[k] as number;
      sums[k] = sum ^ low;
      const carry = sum & low;
      sum = sums[k + 1] as number;
      const half = sum ^ high;
      sums[k + 1] = half ^ carry;
      const four = (sum & high) | (half & carry);
      sum = sums[k + 2] as number;
      sums[k + 2] = sum ^ four;
      const eight = sum & four;
      sum = sums[k + 3] as number;
      sums[k + 3] = sum ^ eight;
      carryOn(sums, k, sum & eight);
    }
  }

  #addTogether(from: number, to: number): void {
    const [sums, view] = [this.#sums, this.#view];
    let at0 = this.#placeOf(0, from);
    let at1 = this.#placeOf(1, from);
    let at2 = this.#placeOf(2, from);
    let at3 = this.#placeOf(3, from);
    for (let k = from * PLANES; k < to * PLANES; k += PLANES) {
      const low0 = view.getInt32(at0, true);
      const low1 = view.getInt32(at1, true);
      const low2 = view.getInt32(at2, true);
      const low3 = view.getInt32(at3, true);
      // Ones: four of them and the sum's.
      let sum = sums[k] as number;
      let half = low0 ^ low1;
      const two0 = (low0 & low1) | (half & low2);
      const one = half ^ low2;
      half = one ^ low3;
      const two1 = (one & low3) | (half & sum);
      sums[k] = half ^ sum;
      // Twos: four, both carries and the sum's.
      const high0 = view.getInt32(at0 + 4, true);
      const high1 = view.getInt32(at1 + 4, true);
      const high2 = view.getInt32(at2 + 4, true);
      const high3 = view.getInt32(at3 + 4, true);
      half = high0 ^ high1;
      const four0 = (high0 & high1) | (half & high2);
      const left = half ^ high2;
      half = high3 ^ two0;
      const four1 = (high3 & two0) | (half & two1);
      const right = half ^ two1;
      sum = sums[k + 1] as number;
      half = left ^ right;
      const four2 = (left & right) | (half & sum);
      sums[k + 1] = half ^ sum;
      // Fours: three carries and the sum's.
      half = four0 ^ four1;
      const eight0 = (four0 & four1) | (half & four2);
      const four = half ^ four2;
      sum = sums[k + 2] as number;
      sums[k + 2] = sum ^ four;
      const eight1 = sum & four;
      // Eights: two carries and the sum's.
      sum = sums[k + 3] as number;
      half = eight0 ^ eight1;
      sums[k + 3] = half ^ sum;
      carryOn(sums, k, (eight0 & eight1) | (half & sum));
      at0 += WORD_BYTES;
      at1 += WORD_BYTES;
      at2 += WORD_BYTES;
      at3 += WORD_BYTES;
    }
  }

  /** Adds all sums to `counts` and begins anew; answers how many values they were. */
  moveInto(counts: Uint32Array): number {
    this.#addWaiting();
    const sums = this.#sums;
    let total = 0;
    for (let word = this.#from; word < this.#to; word++) {
      const k = word * PLANES;
      const s0 = sums[k] as number;
      const s1 = sums[k + 1] as number;
      const s2 = sums[k + 2] as number;
      const s3 = sums[k + 3] as number;
      const s4 = sums[k + 4] as number;
      const s5 = sums[k + 5] as number;
      const s6 = sums[k + 6] as number;
      const s7 = sums[k + 7] as number;
      // Of every eighth bucket at once: its sum's bits side by side in a byte.
      for (let bit = 0; bit < 8; bit++) {
        const four =
          ((s0 >>> bit) & LOWEST) |
          (((s1 >>> bit) & LOWEST) << 1) |
          (((s2 >>> bit) & LOWEST) << 2) |
          (((s3 >>> bit) & LOWEST) << 3) |
          (((s4 >>> bit) & LOWEST) << 4) |
          (((s5 >>> bit) & LOWEST) << 5) |
          (((s6 >>> bit) & LOWEST) << 6) |
          (((s7 >>> bit) & LOWEST) << 7);
        if (four === 0) continue;
        const index = word * 32 + bit;
        counts[index] = (counts[index] as number) + (four & 255);
        counts[index + 8] = (counts[index + 8] as number) + ((four >>> 8) & 255);
        counts[index + 16] = (counts[index + 16] as number) + ((four >>> 16) & 255);
        counts[index + 24] = (counts[index + 24] as number) + (four >>> 24);
        total += (four & 255) + ((four >>> 8) & 255) + ((four >>> 16) & 255) + (four >>> 24);
      }
    }
    sums.fill(0, this.#from * PLANES, this.#to * PLANES);
    this.#from = WORDS;
    this.#to = 0;
    this.#most = 0;
    return total;
  }
}

/** Adds a carry to the upper half of the sums that begin at `k`, without asking where it ends. */
function carryOn(sums: Int32Array, k: number, sixteen: number): void {
  let sum = sums[k + 4] as number;
  sums[k + 4] = sum ^ sixteen;
  let carry = sum & sixteen;
  sum = sums[k + 5] as number;
  sums[k + 5] = sum ^ carry;
  carry &= sum;
  sum = sums[k + 6] as number;
  sums[k + 6] = sum ^ carry;
  carry &= sum;
  sums[k + 7] = (sums[k + 7] as number) ^ carry;
}
