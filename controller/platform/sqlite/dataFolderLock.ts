import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../stores.ts";

const FILE_NAME = "onrush.lock";
const SQLITE_BUSY = 5;

/**
 * Keeps the runs in `directory` from being taken over by who cannot go on with them. "alone" is for
 * a controller whose workers belong to its process: nobody else can reach them. Controllers whose
 * workers come through Redis hold it "together". A lock of the operating system, by way of SQLite,
 * so it ends with the process however that ends. Throws a StoreError when it cannot be had.
 */
export function lockDataFolder(directory: string, how: "alone" | "together"): () => void {
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true });
    db = new DatabaseSync(join(directory, FILE_NAME), { timeout: 0 });
    db.exec(how === "alone" ? "BEGIN EXCLUSIVE" : "BEGIN; SELECT count(*) FROM sqlite_schema");
  } catch (error) {
    db?.close();
    throw refused(directory, error);
  }
  return () => {
    if (db.isOpen) db.close();
  };
}

function refused(directory: string, cause: unknown): StoreError {
  const taken = cause instanceof Error && "errcode" in cause && cause.errcode === SQLITE_BUSY;
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = taken
    ? `another Onrush platform is running on ${directory} (ONRUSH_DATA), and its runs belong to ` +
      "it: use that one (`onrush run … --controller URL`, or its dashboard), end it first, or " +
      "give this one another folder (ONRUSH_DATA=…)"
    : `the embedded store cannot use ${directory} (ONRUSH_DATA): ${why}`;
  return new StoreError("STORE_REFUSED", message, { cause });
}
