import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { FileStore, KeptFile } from "../../scenarios/fileStore.ts";
import { readBytes, readNumber, readText } from "./columns.ts";
import { inTransaction } from "./inTransaction.ts";

const USE = `INSERT INTO file_uses VALUES (:sha256, :bytes, :nowMs)
  ON CONFLICT DO UPDATE SET used_at_ms = max(used_at_ms, :nowMs)`;

const TOUCH = "UPDATE file_uses SET used_at_ms = max(used_at_ms, ?) WHERE sha256 = ?";

/**
 * One row for the contents of a file and one for its use: SQLite writes a row anew when a column of
 * it changes, and contents have up to 64 MB.
 */
export class SqliteFileStore implements FileStore {
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #use: StatementSync;
  readonly #get: StatementSync;
  readonly #touch: StatementSync;
  readonly #list: StatementSync;
  readonly #total: StatementSync;
  readonly #removeUse: StatementSync;
  readonly #remove: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#put = db.prepare("INSERT INTO files VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#use = db.prepare(USE);
    this.#get = db.prepare("SELECT content FROM files WHERE sha256 = ?");
    this.#touch = db.prepare(TOUCH);
    this.#list = db.prepare("SELECT * FROM file_uses ORDER BY used_at_ms, sha256");
    this.#total = db.prepare("SELECT coalesce(sum(bytes), 0) AS total FROM file_uses");
    this.#removeUse = db.prepare("DELETE FROM file_uses WHERE sha256 = ? AND used_at_ms <= ?");
    this.#remove = db.prepare("DELETE FROM files WHERE sha256 = ?");
  }

  async put(sha256: string, bytes: Uint8Array, nowMs: number): Promise<void> {
    inTransaction(this.#db, () => {
      this.#put.run(sha256, bytes);
      this.#use.run({ sha256, bytes: bytes.length, nowMs });
    });
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const row = this.#get.get(sha256);
    return row && readBytes(row, "content");
  }

  async touch(sha256: string, nowMs: number): Promise<boolean> {
    return this.#touch.run(nowMs, sha256).changes === 1;
  }

  async list(): Promise<KeptFile[]> {
    return this.#list.all().map((row) => ({
      sha256: readText(row, "sha256"),
      bytes: readNumber(row, "bytes"),
      usedAtMs: readNumber(row, "used_at_ms"),
    }));
  }

  async totalBytes(): Promise<number> {
    return readNumber(this.#total.get() ?? {}, "total");
  }

  async remove(sha256: string, usedAtMs: number): Promise<boolean> {
    return inTransaction(this.#db, () => {
      if (this.#removeUse.run(sha256, usedAtMs).changes !== 1) return false;
      this.#remove.run(sha256);
      return true;
    });
  }

  /** Transactions leave nothing. */
  async clearRemains(): Promise<void> {}
}
