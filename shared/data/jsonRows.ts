import { FileProblem, MAX_ROW_LENGTH, type Pause, refuseMany } from "./fileProblem.ts";
import { type RowTable, RowTableBuilder } from "./rowTable.ts";

/** Read between two pauses; some milliseconds of work. */
const SLICE_BYTES = 262_144;

const [QUOTE, BACKSLASH, COMMA, LF] = [0x22, 0x5c, 0x2c, 0x0a];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];
const isSpace = (byte: number | undefined) =>
  byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09;

/** Cuts a list of objects, or objects one behind the other, into objects. */
class Cutter {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #isList: boolean;
  line = 1;
  /** Where the object that was cut last begins. */
  objectLine = 1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    this.#skipSpace();
    this.#isList = bytes[this.#at] === OPEN_LIST;
    if (this.#isList) this.#at++;
  }

  get at(): number {
    return this.#at;
  }

  /** The bytes of the next object; undefined after the last. */
  next(isFirst: boolean): Uint8Array | undefined {
    const bytes = this.#bytes;
    this.#skipSpace();
    if (this.#isList && bytes[this.#at] === CLOSE_LIST) {
      this.#at++;
      this.#skipSpace();
      if (this.#at < bytes.length) throw new FileProblem(this.line, "something follows the list");
      return undefined;
    }
    if (this.#at >= bytes.length) {
      if (this.#isList) throw new FileProblem(this.line, 'the list has no "]"');
      return undefined;
    }
    if (this.#isList && !isFirst) {
      if (bytes[this.#at] !== COMMA) throw new FileProblem(this.line, 'a "," is missing');
      this.#at++;
      this.#skipSpace();
    }
    if (bytes[this.#at] !== OPEN) {
      throw new FileProblem(this.line, "needs objects: a list of them, or one in each line");
    }
    const from = this.#at;
    this.objectLine = this.line;
    this.#skipObject();
    return bytes.subarray(from, this.#at);
  }

  #skipSpace(): void {
    for (; isSpace(this.#bytes[this.#at]); this.#at++) {
      if (this.#bytes[this.#at] === LF) this.line++;
    }
  }

  #skipObject(): void {
    const bytes = this.#bytes;
    const begun = this.line;
    let depth = 0;
    let inString = false;
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at];
      if (byte === LF) this.line++;
      if (inString) {
        if (byte === BACKSLASH) this.#at++;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN || byte === OPEN_LIST) depth++;
      else if (byte === CLOSE || byte === CLOSE_LIST) {
        depth--;
        if (depth > 0) continue;
        this.#at++;
        return;
      }
    }
    throw new FileProblem(begun, "an object that is not closed");
  }
}

type Scalar = string | number | boolean;
const isScalar = (value: unknown): value is Scalar =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

function parseRow(bytes: Uint8Array, decoder: InstanceType<typeof TextDecoder>, line: number) {
  let row: Record<string, unknown>;
  try {
    row = JSON.parse(decoder.decode(bytes)) as Record<string, unknown>;
  } catch (error) {
    throw new FileProblem(line, error instanceof Error ? error.message : "not JSON");
  }
  for (const [field, value] of Object.entries(row)) {
    if (isScalar(value)) continue;
    const message = `"${field}" is no string, number or boolean: rows are flat`;
    throw new FileProblem(line, message);
  }
  return row as Record<string, Scalar>;
}

function valuesOf(row: Record<string, Scalar>, fields: ReadonlySet<string>, line: number) {
  const extra = Object.keys(row).find((field) => !fields.has(field));
  if (extra !== undefined) throw new FileProblem(line, `the first row has no "${extra}"`);
  return Array.from(fields, (field) => {
    if (Object.hasOwn(row, field)) return row[field] as Scalar;
    throw new FileProblem(line, `"${field}" is missing: the first row has it`);
  });
}

/**
 * The rows of a JSON file: a list of flat objects, or JSON lines. Throws FileProblem for the first
 * thing that is wrong.
 */
export async function jsonRows(bytes: Uint8Array, pause: Pause): Promise<RowTable> {
  const cutter = new Cutter(bytes);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let builder: RowTableBuilder | undefined;
  let fields: ReadonlySet<string> = new Set();
  let pausedAt = 0;
  for (;;) {
    const cut = cutter.next(builder === undefined);
    if (cut === undefined) break;
    const line = cutter.objectLine;
    if (cut.length > MAX_ROW_LENGTH) {
      const most = MAX_ROW_LENGTH.toLocaleString("en");
      throw new FileProblem(line, `a row has more than ${most} bytes`);
    }
    const row = parseRow(cut, decoder, line);
    if (builder === undefined) {
      fields = new Set(Object.keys(row));
      refuseMany([...fields], line);
      builder = new RowTableBuilder([...fields]);
    }
    builder.add(valuesOf(row, fields, line));
    if (cutter.at - pausedAt < SLICE_BYTES) continue;
    pausedAt = cutter.at;
    await pause();
  }
  if (builder === undefined) throw new FileProblem(1, "no rows");
  return builder.build();
}
