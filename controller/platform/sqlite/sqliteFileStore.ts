import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { FileStore } from "../../scenarios/fileStore.ts";
import { readBytes } from "./columns.ts";

/** One row per file. */
export class SqliteFileStore implements FileStore {
  readonly #put: StatementSync;
  readonly #get: StatementSync;
  readonly #has: StatementSync;

  constructor(db: DatabaseSync) {
    this.#put = db.prepare("INSERT INTO files VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#get = db.prepare("SELECT content FROM files WHERE sha256 = ?");
    this.#has = db.prepare("SELECT 1 FROM files WHERE sha256 = ?");
  }

  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    this.#put.run(sha256, bytes);
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const row = this.#get.get(sha256);
    return row && readBytes(row, "content");
  }

  async has(sha256: string): Promise<boolean> {
    return this.#has.get(sha256) !== undefined;
  }
}
