import { setImmediate as turn } from "node:timers/promises";
import type { PageQuery, StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Page, ScenarioStore } from "../../scenarios/scenarioStore.ts";
import { createdAtMs, duplicateError, unpackScenario } from "../stores.ts";
import { readNumber, readText, readTextOrNull, type Row } from "./columns.ts";

/** A scenario has at most 1 MB, and the others in this thread wait while a slice is read. */
const SLICE = 20;

const NAMED_FILES = `SELECT named.value ->> 'sha256' AS sha256
  FROM scenarios, json_each(scenario, '$.files') AS named
  WHERE scenarios.id > ? AND scenarios.id <= ?`;

/** One row per scenario. */
export class SqliteScenarioStore implements ScenarioStore {
  readonly #insert: StatementSync;
  readonly #get: StatementSync;
  readonly #list: StatementSync;
  readonly #count: StatementSync;
  readonly #replace: StatementSync;
  readonly #remove: StatementSync;
  readonly #sliceEnd: StatementSync;
  readonly #namedFiles: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO scenarios VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    this.#get = db.prepare("SELECT * FROM scenarios WHERE id = ?");
    // The id makes the order of rows of the same millisecond, and so paging, definite.
    this.#list = db.prepare(
      "SELECT * FROM scenarios ORDER BY created_at_ms DESC, id DESC LIMIT ? OFFSET ?",
    );
    this.#count = db.prepare("SELECT count(*) AS total FROM scenarios");
    this.#replace = db.prepare("UPDATE scenarios SET created_at_ms = ?, scenario = ? WHERE id = ?");
    this.#remove = db.prepare("DELETE FROM scenarios WHERE id = ?");
    this.#sliceEnd = db.prepare(
      "SELECT max(id) AS id FROM (SELECT id FROM scenarios WHERE id > ? ORDER BY id LIMIT ?)",
    );
    this.#namedFiles = db.prepare(NAMED_FILES);
  }

  async create(scenario: StoredScenario): Promise<void> {
    const text = JSON.stringify(scenario);
    const { changes } = this.#insert.run(scenario.id, createdAtMs(scenario), text);
    if (changes !== 1) throw duplicateError(`scenario ${scenario.id}`);
  }

  async get(id: string): Promise<StoredScenario | undefined> {
    const row = this.#get.get(id);
    return row && scenarioOf(row);
  }

  async list({ limit, offset }: PageQuery): Promise<Page<StoredScenario>> {
    const items = this.#list.all(limit, offset).map(scenarioOf);
    return { items, total: readNumber(this.#count.get() ?? {}, "total") };
  }

  async replace(scenario: StoredScenario): Promise<boolean> {
    const text = JSON.stringify(scenario);
    return this.#replace.run(createdAtMs(scenario), text, scenario.id).changes === 1;
  }

  async remove(id: string): Promise<boolean> {
    return this.#remove.run(id).changes === 1;
  }

  async *namedFiles(): AsyncGenerator<string> {
    for (let after = ""; ;) {
      const end = readTextOrNull(this.#sliceEnd.get(after, SLICE) ?? { id: null }, "id");
      if (end === null) return;
      for (const row of this.#namedFiles.all(after, end)) yield readText(row, "sha256");
      after = end;
      await turn();
    }
  }
}

function scenarioOf(row: Row): StoredScenario {
  return unpackScenario(readText(row, "scenario"), `scenario ${readText(row, "id")}`);
}
