import { MAX_COLUMNS } from "./dataSchema.ts";

/** Why a data file cannot be read: what is wrong, and in which line (from 1). */
export class FileProblem extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Lets everything else have its turn: files are large, and heartbeats do not wait. */
export type Pause = () => Promise<void>;

/** Characters or bytes; a longer row is a quote that was not closed, as a rule. */
export const MAX_ROW_LENGTH = 1_000_000;

/** Refuses a row of more columns than a data set may have. */
export function refuseMany(columns: readonly unknown[], line: number): void {
  if (columns.length <= MAX_COLUMNS) return;
  const most = MAX_COLUMNS.toLocaleString("en");
  throw new FileProblem(line, `${columns.length} columns; at most ${most}`);
}
