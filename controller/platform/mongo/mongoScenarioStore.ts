import type { PageQuery, StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import type { Collection, Db } from "mongodb";
import type { Page, ScenarioStore } from "../../scenarios/scenarioStore.ts";
import { createdAtMs, namedFilesOf, unpackScenario } from "../stores.ts";
import { insertNew } from "./insertNew.ts";

interface ScenarioDocument {
  _id: string;
  createdAtMs: number;
  scenario: string;
}

// The id makes the order of documents of the same millisecond, and so paging, definite.
const NEWEST_FIRST = { createdAtMs: -1, _id: -1 } as const;

// FerretDB does not end a batch at 16 MB as MongoDB does, and a scenario has up to 1 MB.
const SCENARIOS_PER_BATCH = 20;

/** One document per scenario. */
export class MongoScenarioStore implements ScenarioStore {
  readonly #documents: Collection<ScenarioDocument>;

  constructor(db: Db) {
    this.#documents = db.collection("scenarios");
  }

  async createIndexes(): Promise<void> {
    await this.#documents.createIndex(NEWEST_FIRST);
  }

  async create(scenario: StoredScenario): Promise<void> {
    const document = { _id: scenario.id, ...contentOf(scenario) };
    await insertNew(this.#documents, document, `scenario ${scenario.id}`);
  }

  async get(id: string): Promise<StoredScenario | undefined> {
    const document = await this.#documents.findOne({ _id: id });
    return document === null ? undefined : scenarioOf(document);
  }

  async list({ limit, offset }: PageQuery): Promise<Page<StoredScenario>> {
    const [documents, total] = await Promise.all([
      this.#documents.find().sort(NEWEST_FIRST).skip(offset).limit(limit).toArray(),
      this.#documents.countDocuments(),
    ]);
    return { items: documents.map(scenarioOf), total };
  }

  async replace(scenario: StoredScenario): Promise<boolean> {
    const result = await this.#documents.replaceOne({ _id: scenario.id }, contentOf(scenario));
    return result.matchedCount === 1;
  }

  async remove(id: string): Promise<boolean> {
    const result = await this.#documents.deleteOne({ _id: id });
    return result.deletedCount === 1;
  }

  /** By id, which no document ever changes. */
  async *namedFiles(): AsyncGenerator<string> {
    const cursor = this.#documents.find().sort({ _id: 1 }).batchSize(SCENARIOS_PER_BATCH);
    for await (const { _id: id, scenario } of cursor)
      yield* namedFilesOf(scenario, `scenario ${id}`);
  }
}

function contentOf(scenario: StoredScenario): Omit<ScenarioDocument, "_id"> {
  return { createdAtMs: createdAtMs(scenario), scenario: JSON.stringify(scenario) };
}

function scenarioOf({ _id: id, scenario }: ScenarioDocument): StoredScenario {
  return unpackScenario(scenario, `scenario ${id}`);
}
