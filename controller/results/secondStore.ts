import type { RunSecond } from "@onrush/shared/metrics/second.ts";

/** Which snapshots a stored document contains: share path to the last epoch and seq. */
export type Applied = Record<string, { epoch: number; seq: number }>;

/** Seconds 60·minute to 60·minute + 59 of a run, and what has been merged into them. */
export interface StoredMinute {
  runId: string;
  minute: number;
  token: number;
  applied: Applied;
  /** Ascending; seconds without data are absent. */
  seconds: RunSecond[];
}

/**
 * Where merged seconds live: one document per run and minute (as one frame of bytes, see
 * `shared/wire/frame.ts`). Implementations: `platform/mongo/`, `platform/sqlite/`.
 */
export interface SecondStore {
  /**
   * Writes the minutes, replacing stored ones unless these carry a higher token; answers false
   * when at least one was refused for that reason.
   */
  put(minutes: readonly StoredMinute[]): Promise<boolean>;
  /** Minutes `from` to `to` inclusive that exist, ascending. */
  read(runId: string, from: number, to: number): Promise<StoredMinute[]>;
  removeRun(runId: string): Promise<void>;
}
