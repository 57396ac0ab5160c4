import { csvRows } from "./csvRows.ts";
import type { DataSetDocument } from "./dataSchema.ts";
import type { Pause } from "./fileProblem.ts";
import { jsonRows } from "./jsonRows.ts";
import type { RowTable } from "./rowTable.ts";

export type FileSet = Pick<DataSetDocument, "csv" | "json" | "delimiter" | "header">;

/** The file that a data set's rows come from; undefined when they do not come from one. */
export const fileOf = ({ csv, json }: FileSet) => csv ?? json;

/** The rows of the file of a data set. Throws FileProblem for the first thing that is wrong. */
export function readRows(set: FileSet, bytes: Uint8Array, pause: Pause): Promise<RowTable> {
  return set.csv === undefined ? jsonRows(bytes, pause) : csvRows(bytes, set, pause);
}

/** Names what `readRows` makes of a file: the same file can be read in several ways. */
export function readingOf({ csv, delimiter, header }: FileSet): string {
  return csv === undefined ? "json" : `csv ${JSON.stringify([delimiter ?? ",", header ?? true])}`;
}
