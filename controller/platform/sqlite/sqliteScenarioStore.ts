import type { PageQuery, StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Page, ScenarioStore } from "../../scenarios/scenarioStore.ts";
import { createdAtMs, duplicateError, unpackScenario } from "../stores.ts";
import { readNumber, readText, type Row } from "./columns.ts";

/** One row per scenario. */
export class SqliteScenarioStore implements ScenarioStore {
  readonly #insert: StatementSync;
  readonly #get: StatementSync;
  readonly #list: StatementSync;
  readonly #count: StatementSync;
  readonly #replace: StatementSync;
  readonly #remove: StatementSync;

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
}

function scenarioOf(row: Row): StoredScenario {
  return unpackScenario(readText(row, "scenario"), `scenario ${readText(row, "id")}`);
}
