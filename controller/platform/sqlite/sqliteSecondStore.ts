import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SecondStore, StoredMinute } from "../../results/secondStore.ts";
import { packMinute, unpackMinute } from "../stores.ts";
import { readBytes, readNumber, readText, type Row } from "./columns.ts";
import { inTransaction } from "./inTransaction.ts";

const PUT = `INSERT INTO minutes (run_id, minute, token, frame) VALUES (?, ?, ?, ?)
  ON CONFLICT (run_id, minute) DO UPDATE SET token = excluded.token, frame = excluded.frame
  WHERE minutes.token <= excluded.token`;

/** One row per run and minute, its seconds and `applied` in one frame of bytes. */
export class SqliteSecondStore implements SecondStore {
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #read: StatementSync;
  readonly #removeRun: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#put = db.prepare(PUT);
    this.#read = db.prepare(
      "SELECT * FROM minutes WHERE run_id = ? AND minute >= ? AND minute <= ? ORDER BY minute",
    );
    this.#removeRun = db.prepare("DELETE FROM minutes WHERE run_id = ?");
  }

  async put(minutes: readonly StoredMinute[]): Promise<boolean> {
    const frames = await Promise.all(minutes.map(packMinute));
    return inTransaction(this.#db, () => {
      let areAllStored = true;
      for (const [index, frame] of frames.entries()) {
        const minute = minutes[index];
        if (minute !== undefined && !this.#putOne(minute, frame)) areAllStored = false;
      }
      return areAllStored;
    });
  }

  #putOne({ runId, minute, token }: StoredMinute, frame: Uint8Array): boolean {
    return this.#put.run(runId, minute, token, frame).changes === 1;
  }

  async read(runId: string, from: number, to: number): Promise<StoredMinute[]> {
    const minutes: StoredMinute[] = [];
    for (const row of this.#read.all(runId, from, to)) minutes.push(await minuteOf(row));
    return minutes;
  }

  async removeRun(runId: string): Promise<void> {
    this.#removeRun.run(runId);
  }
}

function minuteOf(row: Row): Promise<StoredMinute> {
  const key = {
    runId: readText(row, "run_id"),
    minute: readNumber(row, "minute"),
    token: readNumber(row, "token"),
  };
  return unpackMinute(key, readBytes(row, "frame"));
}
