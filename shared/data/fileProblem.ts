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
