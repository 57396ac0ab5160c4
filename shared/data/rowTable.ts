/**
 * The rows of a file as one piece of memory that all engine threads of a worker share: offsets
 * (32 bit, one more than there are values, row by row) and behind them the values in UTF-8.
 */
export interface RowTable {
  fields: readonly string[];
  rows: number;
  /** Fields that hold a number or a boolean in every row. */
  bare: readonly string[];
  memory: SharedArrayBuffer;
}

/** Where the values of a table begin in its memory, bytes. */
export const valuesFrom = ({ fields, rows }: Pick<RowTable, "fields" | "rows">) =>
  (fields.length * rows + 1) * Uint32Array.BYTES_PER_ELEMENT;

const INITIAL_VALUES = 1_024;
const INITIAL_BYTES = 16_384;
/** UTF-16 code units become three bytes at most. */
const BYTES_PER_UNIT = 3;

export class RowTableBuilder {
  readonly fields: readonly string[];
  rows = 0;
  readonly #encoder = new TextEncoder();
  readonly #isBare: boolean[];
  #offsets = new Uint32Array(INITIAL_VALUES);
  #bytes = new Uint8Array(INITIAL_BYTES);
  #values = 0;
  #length = 0;

  constructor(fields: readonly string[]) {
    this.fields = fields;
    this.#isBare = fields.map(() => true);
  }

  /** One value for each field. */
  add(values: readonly (string | number | boolean)[]): void {
    if (this.#values + values.length >= this.#offsets.length) this.#growOffsets();
    values.forEach((value, i) => {
      if (typeof value === "string") this.#isBare[i] = false;
      this.#append(typeof value === "string" ? value : String(value));
    });
    this.rows++;
  }

  build(): RowTable {
    const { fields, rows } = this;
    const from = valuesFrom({ fields, rows });
    const memory = new SharedArrayBuffer(from + this.#length);
    new Uint32Array(memory, 0, this.#values + 1).set(this.#offsets.subarray(0, this.#values + 1));
    new Uint8Array(memory, from).set(this.#bytes.subarray(0, this.#length));
    return { fields, rows, bare: fields.filter((_, i) => this.#isBare[i]), memory };
  }

  #append(text: string): void {
    const most = this.#length + text.length * BYTES_PER_UNIT;
    if (most > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(most, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#length += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
    this.#values++;
    this.#offsets[this.#values] = this.#length;
  }

  #growOffsets(): void {
    const larger = new Uint32Array((this.#offsets.length + this.fields.length) * 2);
    larger.set(this.#offsets);
    this.#offsets = larger;
  }
}
