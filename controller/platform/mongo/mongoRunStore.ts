import type { PageQuery } from "@onrush/shared/api/scenarioApi.ts";
import type { Collection, Db } from "mongodb";
import type { EndedRun, RunStore, StoredRun } from "../../runs/runStore.ts";
import type { Page } from "../../scenarios/scenarioStore.ts";
import { endedAtMs, isQueued, packRun, unpackRun, type RunRecord } from "../stores.ts";
import { insertNew } from "./insertNew.ts";
import type { MongoSecondStore } from "./mongoSecondStore.ts";

/** Runs of earlier versions have no `endedAtMs`. */
type RunContent = Omit<RunRecord, "id"> & { endedAtMs?: number | null };
type RunDocument = RunContent & { _id: string };

// The id makes the order of documents of the same millisecond, and so paging, definite.
const NEWEST_FIRST = { createdAtMs: -1, _id: -1 } as const;
const OLDEST_FIRST = { createdAtMs: 1, _id: 1 } as const;

/** One document per run. */
export class MongoRunStore implements RunStore {
  readonly #documents: Collection<RunDocument>;
  readonly #seconds: Pick<MongoSecondStore, "removeRun" | "runIds">;

  constructor(db: Db, seconds: Pick<MongoSecondStore, "removeRun" | "runIds">) {
    this.#documents = db.collection("runs");
    this.#seconds = seconds;
  }

  async createIndexes(): Promise<void> {
    await this.#documents.createIndex(NEWEST_FIRST);
    await this.#documents.createIndex({ scenarioId: 1, ...NEWEST_FIRST });
    await this.#documents.createIndex({ active: 1, ...OLDEST_FIRST });
  }

  async create(run: StoredRun): Promise<void> {
    await insertNew(this.#documents, { _id: run.id, ...contentOf(run) }, `run ${run.id}`);
  }

  async get(id: string): Promise<StoredRun | undefined> {
    const document = await this.#documents.findOne({ _id: id });
    return document === null ? undefined : runOf(document);
  }

  async list({ limit, offset }: PageQuery, scenarioId?: string): Promise<Page<StoredRun>> {
    const filter = scenarioId === undefined ? {} : { scenarioId };
    const [documents, total] = await Promise.all([
      this.#documents.find(filter).sort(NEWEST_FIRST).skip(offset).limit(limit).toArray(),
      this.#documents.countDocuments(filter),
    ]);
    return { items: documents.map(runOf), total };
  }

  async latest(scenarioId: string): Promise<StoredRun | undefined> {
    const document = await this.#documents.findOne({ scenarioId }, { sort: NEWEST_FIRST });
    return document === null ? undefined : runOf(document);
  }

  async active(): Promise<StoredRun[]> {
    const documents = await this.#documents.find({ active: true }).sort(OLDEST_FIRST).toArray();
    return documents.map(runOf);
  }

  async queued(): Promise<string[]> {
    const projection = { _id: 1, view: 1 } as const;
    const documents = await this.#documents
      .find({ active: true }, { projection })
      .sort(OLDEST_FIRST)
      .toArray();
    const views = documents.map(({ _id: id, view }) => ({ id, view }));
    return views.filter(isQueued).map(({ id }) => id);
  }

  /** Sorted here, as the database cannot sort by one field or another. */
  async ended(): Promise<EndedRun[]> {
    const projection = { _id: 1, createdAtMs: 1, endedAtMs: 1 } as const;
    const documents = await this.#documents.find({ active: false }, { projection }).toArray();
    return documents
      .map(({ _id: id, createdAtMs, endedAtMs }) => ({ id, endedAtMs: endedAtMs ?? createdAtMs }))
      .sort((a, b) => a.endedAtMs - b.endedAtMs || (a.id < b.id ? -1 : 1));
  }

  /** Seconds first: a run that begins in between is not among them. */
  async orphans(): Promise<string[]> {
    const ids = await this.#seconds.runIds();
    const found = this.#documents.find({ _id: { $in: ids } }, { projection: { _id: 1 } });
    const known = new Set((await found.toArray()).map(({ _id: id }) => id));
    return ids.filter((id) => !known.has(id));
  }

  async update(run: StoredRun): Promise<boolean> {
    const replaceable = { _id: run.id, version: run.version - 1, token: { $lte: run.token } };
    const result = await this.#documents.replaceOne(replaceable, contentOf(run));
    return result.matchedCount === 1;
  }

  /** The seconds go first, so that a removal that is cut short can be repeated. */
  async remove(id: string): Promise<boolean> {
    await this.#seconds.removeRun(id);
    const result = await this.#documents.deleteOne({ _id: id });
    return result.deletedCount === 1;
  }
}

function contentOf(run: StoredRun): RunContent {
  const { id: _id, ...content } = packRun(run);
  return { ...content, endedAtMs: endedAtMs(run) };
}

function runOf({ _id: id, endedAtMs: _endedAtMs, ...content }: RunDocument): StoredRun {
  return unpackRun({ id, ...content });
}
