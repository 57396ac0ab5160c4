import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError, type Stores } from "../stores.ts";
import { migrate } from "./migrations.ts";
import { SqliteFileStore } from "./sqliteFileStore.ts";
import { SqliteRunStore } from "./sqliteRunStore.ts";
import { SqliteScenarioStore } from "./sqliteScenarioStore.ts";
import { SqliteSecondStore } from "./sqliteSecondStore.ts";

const FILE_NAME = "onrush.sqlite";
/** In place of a directory. */
export const IN_MEMORY = ":memory:";
/** How long another process may hold the file locked. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * The embedded stores: one file in `directory`, which is created, or ":memory:". Rejects with a
 * StoreError when the file cannot be opened or is of a newer version.
 */
export async function openSqlite(directory: string): Promise<Stores> {
  const db = await openDatabase(directory);
  try {
    // In WAL mode NORMAL survives the death of the process; a power cut may cost the last moments.
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    migrate(db);
    return storesOf(db);
  } catch (error) {
    db.close();
    throw error instanceof StoreError ? error : openError(directory, error);
  }
}

function storesOf(db: DatabaseSync): Stores {
  const pingStatement = db.prepare("SELECT 1");
  return {
    scenarios: new SqliteScenarioStore(db),
    runs: new SqliteRunStore(db),
    seconds: new SqliteSecondStore(db),
    files: new SqliteFileStore(db),
    async ping() {
      pingStatement.get();
    },
    async close() {
      if (db.isOpen) db.close();
    },
  };
}

async function openDatabase(directory: string): Promise<DatabaseSync> {
  try {
    if (directory !== IN_MEMORY) await mkdir(directory, { recursive: true });
    const path = directory === IN_MEMORY ? IN_MEMORY : join(directory, FILE_NAME);
    return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw openError(directory, error);
  }
}

function openError(directory: string, cause: unknown): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(
    "STORE_REFUSED",
    `the embedded store cannot use ${directory} (ONRUSH_DATA): ${why}`,
    { cause },
  );
}
