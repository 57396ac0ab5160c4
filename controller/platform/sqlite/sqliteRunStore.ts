import type { PageQuery } from "@onrush/shared/api/scenarioApi.ts";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { EndedRun, RunStore, StoredRun } from "../../runs/runStore.ts";
import type { Page } from "../../scenarios/scenarioStore.ts";
import { duplicateError, endedAtMs, isQueued, packRun, unpackRun } from "../stores.ts";
import { readNumber, readNumberOrNull, readText, readTextOrNull, type Row } from "./columns.ts";
import { inTransaction } from "./inTransaction.ts";

const INSERT = `INSERT INTO runs VALUES (
  :id, :scenarioId, :createdAtMs, :active, :token, :version, :streamPosition, :startAtUs,
  :scenario, :view, :endedAtMs, :progress) ON CONFLICT DO NOTHING`;

const UPDATE = `UPDATE runs SET
  scenario_id = :scenarioId, created_at_ms = :createdAtMs, active = :active, token = :token,
  version = :version, stream_position = :streamPosition, start_at_us = :startAtUs,
  scenario = :scenario, view = :view, ended_at_ms = :endedAtMs, progress = :progress
  WHERE id = :id AND version = :version - 1 AND token <= :token`;

const ENDED = `SELECT id, coalesce(ended_at_ms, created_at_ms) AS ended_at_ms FROM runs
  WHERE active = 0 ORDER BY 2, 1`;

/** From one id to the next by the index, past the minutes themselves. */
const ORPHANS = `WITH RECURSIVE ids (id) AS (
    SELECT min(run_id) FROM minutes
    UNION ALL SELECT (SELECT min(run_id) FROM minutes WHERE run_id > id) FROM ids WHERE id IS NOT NULL
  ) SELECT id FROM ids WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM runs)`;

const ACTIVE = "WHERE active = 1 ORDER BY created_at_ms, id";

// The id makes the order of rows of the same millisecond, and so paging, definite.
const NEWEST_FIRST = "ORDER BY created_at_ms DESC, id DESC";

/** One row per run. */
export class SqliteRunStore implements RunStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #get: StatementSync;
  readonly #list: StatementSync;
  readonly #count: StatementSync;
  readonly #listOfScenario: StatementSync;
  readonly #countOfScenario: StatementSync;
  readonly #active: StatementSync;
  readonly #activeViews: StatementSync;
  readonly #ended: StatementSync;
  readonly #orphans: StatementSync;
  readonly #removeSeconds: StatementSync;
  readonly #remove: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insert = db.prepare(INSERT);
    this.#update = db.prepare(UPDATE);
    this.#get = db.prepare("SELECT * FROM runs WHERE id = ?");
    this.#list = db.prepare(`SELECT * FROM runs ${NEWEST_FIRST} LIMIT ? OFFSET ?`);
    this.#count = db.prepare("SELECT count(*) AS total FROM runs");
    this.#listOfScenario = db.prepare(
      `SELECT * FROM runs WHERE scenario_id = ? ${NEWEST_FIRST} LIMIT ? OFFSET ?`,
    );
    this.#countOfScenario = db.prepare("SELECT count(*) AS total FROM runs WHERE scenario_id = ?");
    this.#active = db.prepare(`SELECT * FROM runs ${ACTIVE}`);
    this.#activeViews = db.prepare(`SELECT id, view FROM runs ${ACTIVE}`);
    this.#ended = db.prepare(ENDED);
    this.#orphans = db.prepare(ORPHANS);
    this.#removeSeconds = db.prepare("DELETE FROM minutes WHERE run_id = ?");
    this.#remove = db.prepare("DELETE FROM runs WHERE id = ?");
  }

  async create(run: StoredRun): Promise<void> {
    if (this.#insert.run(parametersOf(run)).changes !== 1) throw duplicateError(`run ${run.id}`);
  }

  async get(id: string): Promise<StoredRun | undefined> {
    const row = this.#get.get(id);
    return row && runOf(row);
  }

  async list({ limit, offset }: PageQuery, scenarioId?: string): Promise<Page<StoredRun>> {
    const [rows, count] =
      scenarioId === undefined
        ? [this.#list.all(limit, offset), this.#count.get()]
        : [
            this.#listOfScenario.all(scenarioId, limit, offset),
            this.#countOfScenario.get(scenarioId),
          ];
    return { items: rows.map(runOf), total: readNumber(count ?? {}, "total") };
  }

  async latest(scenarioId: string): Promise<StoredRun | undefined> {
    const row = this.#listOfScenario.get(scenarioId, 1, 0);
    return row && runOf(row);
  }

  async active(): Promise<StoredRun[]> {
    return this.#active.all().map(runOf);
  }

  async queued(): Promise<string[]> {
    const views = this.#activeViews
      .all()
      .map((row) => ({ id: readText(row, "id"), view: readText(row, "view") }));
    return views.filter(isQueued).map(({ id }) => id);
  }

  async ended(): Promise<EndedRun[]> {
    return this.#ended.all().map((row) => ({
      id: readText(row, "id"),
      endedAtMs: readNumber(row, "ended_at_ms"),
    }));
  }

  async orphans(): Promise<string[]> {
    return this.#orphans.all().map((row) => readText(row, "id"));
  }

  async update(run: StoredRun): Promise<boolean> {
    return this.#update.run(parametersOf(run)).changes === 1;
  }

  async remove(id: string): Promise<boolean> {
    return inTransaction(this.#db, () => {
      this.#removeSeconds.run(id);
      return this.#remove.run(id).changes === 1;
    });
  }
}

function parametersOf(run: StoredRun): Record<string, SQLInputValue> {
  return { ...packRun(run), active: run.active ? 1 : 0, endedAtMs: endedAtMs(run) };
}

function runOf(row: Row): StoredRun {
  return unpackRun({
    id: readText(row, "id"),
    scenarioId: readText(row, "scenario_id"),
    createdAtMs: readNumber(row, "created_at_ms"),
    active: readNumber(row, "active") === 1,
    token: readNumber(row, "token"),
    version: readNumber(row, "version"),
    streamPosition: readText(row, "stream_position"),
    startAtUs: readNumberOrNull(row, "start_at_us"),
    scenario: readText(row, "scenario"),
    view: readText(row, "view"),
    progress: readTextOrNull(row, "progress"),
  });
}
