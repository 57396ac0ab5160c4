/** What a template is rendered for. */
export interface Subject {
  /** Number of the arrival, or of the row of generated data. */
  readonly arrival: number;
  readonly user: number;
  readonly variables: readonly string[];
  /** How often repeats of the iteration have begun again: each time random values are others. */
  readonly turn?: number;
}

/**
 * Writes a value without making a string of it: first `measure`, then `write` what was measured
 * last, because a head tells the length of the body behind it.
 */
export interface PlainWriter {
  /** Works the value out; answers how many bytes it has. */
  measure(subject: Subject): number;
  write(target: Uint8Array, at: number): void;
}

/** A compiled expression or text: gives its value for a subject, the same for the same subject. */
export interface Render {
  (subject: Subject): string;
  /** There for values of nothing but letters, digits and dashes: no encoding changes those. */
  readonly plain?: PlainWriter;
}

const ZERO = 48;
const DASH = 45;

/** Whole numbers up to 2^53 in decimal digits. */
export class IntegerWriter implements PlainWriter {
  readonly #value: (subject: Subject) => number;
  #rest = 0;
  #isNegative = false;
  #bytes = 1;

  constructor(value: (subject: Subject) => number) {
    this.#value = value;
  }

  measure(subject: Subject): number {
    return this.set(this.#value(subject));
  }

  /** As `measure`, of a number that is known. */
  set(value: number): number {
    this.#isNegative = value < 0;
    const rest = value < 0 ? -value : value;
    let bytes = value < 0 ? 2 : 1;
    for (let limit = 10; rest >= limit; limit *= 10) bytes++;
    this.#rest = rest;
    this.#bytes = bytes;
    return bytes;
  }

  write(target: Uint8Array, at: number): void {
    let rest = this.#rest;
    const first = this.#isNegative ? at + 1 : at;
    if (this.#isNegative) target[at] = DASH;
    for (let i = at + this.#bytes - 1; i >= first; i--) {
      const tenth = Math.floor(rest / 10);
      // In this order: 2^53 and more would lose its last digit.
      target[i] = rest - tenth * 10 + ZERO;
      rest = tenth;
    }
  }
}

export function integerRender(value: (subject: Subject) => number): Render {
  const plain = new IntegerWriter(value);
  return Object.assign((subject: Subject) => `${value(subject)}`, { plain });
}

const digits = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const UUID_CHARS = 36;

/** Four words of 32 bits, at random. */
export interface UuidSource {
  word(index: 0 | 1 | 2 | 3, subject: Subject): number;
}

/** Version 4 UUIDs (RFC 9562). */
class UuidWriter implements PlainWriter {
  readonly #source: UuidSource;
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  constructor(source: UuidSource) {
    this.#source = source;
  }

  measure(subject: Subject): number {
    this.#a = this.#source.word(0, subject);
    this.#b = this.#source.word(1, subject);
    this.#c = this.#source.word(2, subject);
    this.#d = this.#source.word(3, subject);
    return UUID_CHARS;
  }

  write(target: Uint8Array, at: number): void {
    const b = (this.#b & 0xffff_0fff) | 0x4000;
    const c = (this.#c & 0x0fff_ffff) | ((8 | (this.#c >>> 30)) << 28);
    writeHex(target, at, this.#a, 28, 0);
    target[at + 8] = DASH;
    writeHex(target, at + 9, b, 28, 16);
    target[at + 13] = DASH;
    writeHex(target, at + 14, b, 12, 0);
    target[at + 18] = DASH;
    writeHex(target, at + 19, c, 28, 16);
    target[at + 23] = DASH;
    writeHex(target, at + 24, c, 12, 0);
    writeHex(target, at + 28, this.#d, 28, 0);
  }
}

/** The digits of a word from the one at bit `high` down to the one at bit `low`. */
function writeHex(target: Uint8Array, at: number, word: number, high: number, low: number): void {
  for (let shift = high, i = at; shift >= low; shift -= 4, i++) {
    target[i] = digits[(word >>> shift) & 15] as number;
  }
}

export function uuidRender(source: UuidSource): Render {
  const plain = new UuidWriter(source);
  const bytes = new Uint8Array(UUID_CHARS);
  const text = (subject: Subject) => {
    plain.measure(subject);
    plain.write(bytes, 0);
    return String.fromCharCode(...bytes);
  };
  return Object.assign(text, { plain });
}
