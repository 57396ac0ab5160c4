import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../stores.ts";
import { readNumber } from "./columns.ts";
import { inTransaction } from "./inTransaction.ts";

/** Entry n leads from version n to n + 1. Entries that were released never change. */
const migrations = [
  `CREATE TABLE scenarios (
     id TEXT PRIMARY KEY,
     created_at_ms REAL NOT NULL,
     scenario TEXT NOT NULL
   ) STRICT;
   CREATE INDEX scenarios_newest ON scenarios (created_at_ms DESC, id DESC);

   CREATE TABLE runs (
     id TEXT PRIMARY KEY,
     scenario_id TEXT NOT NULL,
     created_at_ms REAL NOT NULL,
     active INTEGER NOT NULL,
     token INTEGER NOT NULL,
     version INTEGER NOT NULL,
     stream_position TEXT NOT NULL,
     start_at_us REAL,
     scenario TEXT NOT NULL,
     view TEXT NOT NULL
   ) STRICT;
   CREATE INDEX runs_newest ON runs (created_at_ms DESC, id DESC);
   CREATE INDEX runs_of_scenario ON runs (scenario_id, created_at_ms DESC, id DESC);
   CREATE INDEX runs_active ON runs (created_at_ms, id) WHERE active = 1;

   CREATE TABLE minutes (
     run_id TEXT NOT NULL,
     minute INTEGER NOT NULL,
     token INTEGER NOT NULL,
     frame BLOB NOT NULL,
     PRIMARY KEY (run_id, minute)
   ) STRICT;`,
  `ALTER TABLE runs ADD COLUMN ended_at_ms REAL;
   UPDATE runs SET ended_at_ms = unixepoch(view ->> 'endedAt') * 1000.0 WHERE active = 0;`,
  `ALTER TABLE runs ADD COLUMN progress TEXT;`,
  `CREATE TABLE files (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;`,
  `CREATE TABLE file_uses (
     sha256 TEXT PRIMARY KEY,
     bytes INTEGER NOT NULL,
     used_at_ms REAL NOT NULL
   ) STRICT;
   INSERT INTO file_uses SELECT sha256, length(content), unixepoch() * 1000.0 FROM files;`,
];

/** Brings the schema to this version; two processes may do so at the same time. */
export function migrate(db: DatabaseSync): void {
  if (readVersion(db) === migrations.length) return;
  inTransaction(db, () => {
    const version = readVersion(db);
    if (version > migrations.length) {
      throw new StoreError(
        "STORE_REFUSED",
        `the embedded store was written by a newer Onrush (schema ${version}, this one knows ` +
          `${migrations.length}): update Onrush or choose another ONRUSH_DATA`,
      );
    }
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

function readVersion(db: DatabaseSync): number {
  const row = db.prepare("PRAGMA user_version").get();
  return readNumber(row ?? {}, "user_version");
}
