/**
 * Repeatable randomness: numbers that depend on nothing but what they are asked for. The same seed,
 * stream and index give the same number on every worker, so that a take-over can start anywhere.
 */

/** MurmurHash3's finaliser (Austin Appleby, public domain): every bit of `x` moves half of them. */
function mix(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const GOLDEN = 0x9e3779b9;

function absorb(hash: number, word: number): number {
  const low = word >>> 0;
  const high = Math.floor(word / 0x1_0000_0000) >>> 0;
  return mix(mix((hash + GOLDEN) ^ low) + GOLDEN + high);
}

/** What all numbers of one seed and stream have in common, to be worked out once. */
export const streamHash = (seed: number, stream: number) => absorb(absorb(0, seed), stream);

/** `hash32(seed, stream, index)` from the `streamHash` of the first two. */
export const hashAt = (stream: number, index: number) => absorb(stream, index);

/** 32 bits from three non-negative safe integers. */
export function hash32(seed: number, stream: number, index: number): number {
  return hashAt(streamHash(seed, stream), index);
}

/** A number in [0, 1) with 53 bits, from three non-negative safe integers. */
export function uniformAt(seed: number, stream: number, index: number): number {
  const high = hash32(seed, stream, index);
  return ((high >>> 5) * 0x400_0000 + (mix(high + GOLDEN) >>> 6)) / 2 ** 53;
}

/**
 * A sequence of numbers in [0, 1) for one (seed, stream, index): sfc32 (Chris Doty-Humphrey,
 * PractRand), which passes its test batteries and needs a few nanoseconds.
 */
export class HashSequence {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, stream: number, index: number) {
    this.#a = hash32(seed, stream, index);
    this.#b = mix(this.#a ^ GOLDEN);
    this.#c = mix(this.#b + GOLDEN);
    // The first steps spread the seed over the whole state.
    for (let i = 0; i < 12; i++) this.#next32();
  }

  next(): number {
    const high = this.#next32() >>> 5;
    return (high * 0x400_0000 + (this.#next32() >>> 6)) / 2 ** 53;
  }

  #next32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }
}
