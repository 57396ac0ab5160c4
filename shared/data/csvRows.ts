import { type CsvError, parse } from "csv-parse";
import type { DataSetDocument } from "./dataSchema.ts";
import { FileProblem, MAX_ROW_LENGTH, type Pause, refuseMany } from "./fileProblem.ts";
import { type RowTable, RowTableBuilder } from "./rowTable.ts";

/** The one place that knows the CSV library. */

/** Read at a time; some milliseconds of work. */
const SLICE_BYTES = 262_144;

type CsvOptions = Pick<DataSetDocument, "delimiter" | "header">;

const reasons: Partial<Record<CsvError["code"], string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote is opened and never closed",
  CSV_MAX_RECORD_SIZE: `a row has more than ${MAX_ROW_LENGTH.toLocaleString("en")} characters: is a quote not closed?`,
  CSV_INVALID_CLOSING_QUOTE: 'a quote within a quoted field; write it twice: ""',
  INVALID_OPENING_QUOTE: "a quote in the middle of a field; quote the whole field",
};

function problemOf(error: CsvError, columns: number): FileProblem {
  const line = typeof error["lines"] === "number" ? error["lines"] : 1;
  if (error.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") {
    const record = error["record"];
    const found = Array.isArray(record) ? record.length : "another number of";
    return new FileProblem(line, `${found} fields where the first row has ${columns}`);
  }
  return new FileProblem(line, reasons[error.code] ?? error.message);
}

/** The names of the columns, checked. */
function fieldsOf(names: readonly string[], line: number): string[] {
  refuseMany(names, line);
  const fields = names.map((name) => name.trim());
  const seen = new Set<string>();
  const twice = fields.find((name) => name !== "" && (seen.has(name) || !seen.add(name)));
  if (twice !== undefined) throw new FileProblem(line, `two columns have the name "${twice}"`);
  const empty = fields.indexOf("");
  if (empty >= 0) throw new FileProblem(line, `column ${empty + 1} has no name`);
  return fields;
}

/** Takes records one by one; the first gives the names unless they are known. */
class Records {
  builder: RowTableBuilder | undefined;
  readonly #header: CsvOptions["header"];
  columns = 0;

  constructor(header: CsvOptions["header"]) {
    this.#header = header;
  }

  take(record: readonly string[], line: number): void {
    if (this.builder !== undefined) return this.builder.add(record);
    const names = this.#header;
    this.columns = record.length;
    if (!Array.isArray(names)) {
      this.builder = new RowTableBuilder(fieldsOf(record, line));
      return;
    }
    if (names.length !== record.length) {
      throw new FileProblem(line, `${record.length} fields; header names ${names.length}`);
    }
    this.builder = new RowTableBuilder(fieldsOf(names, line));
    this.builder.add(record);
  }
}

/**
 * The rows of a CSV file (RFC 4180, with any delimiter and line end, and a byte-order mark or none).
 * Throws FileProblem for the first thing that is wrong.
 */
export async function csvRows(
  bytes: Uint8Array,
  { delimiter = ",", header = true }: CsvOptions,
  pause: Pause,
): Promise<RowTable> {
  const records = new Records(header);
  const failed = { error: undefined as unknown };
  const parser = parse({
    ...{ delimiter, bom: true, skip_empty_lines: true, max_record_size: MAX_ROW_LENGTH },
    // Nothing is kept by the parser: a row goes into the table and is forgotten.
    on_record: (record: string[], context) => {
      records.take(record, context.lines);
      return null;
    },
  });
  const ended = new Promise<void>((resolve) => {
    parser.on("end", resolve);
    parser.on("error", (error) => {
      failed.error ??= error;
      resolve();
    });
  });
  parser.resume();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let at = 0; at < bytes.length && failed.error === undefined; at += SLICE_BYTES) {
    parser.write(decodeSlice(decoder, bytes, at, parser.info.lines));
    await pause();
  }
  if (failed.error === undefined) parser.end();
  await ended;
  const { error } = failed;
  if (error instanceof FileProblem) throw error;
  if (error !== undefined) throw problemOf(error as CsvError, records.columns);
  if (records.builder === undefined || records.builder.rows === 0) {
    throw new FileProblem(1, header === true ? "no row follows the header" : "no rows");
  }
  return records.builder.build();
}

function decodeSlice(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array,
  at: number,
  line: number,
): string {
  const end = Math.min(bytes.length, at + SLICE_BYTES);
  try {
    return decoder.decode(bytes.subarray(at, end), { stream: end < bytes.length });
  } catch {
    throw new FileProblem(line, "not UTF-8 from here on: save it as UTF-8");
  }
}
