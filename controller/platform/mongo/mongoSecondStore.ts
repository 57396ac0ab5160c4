import { Binary, type Collection, type Db } from "mongodb";
import type { SecondStore, StoredMinute } from "../../results/secondStore.ts";
import { packMinute, unpackMinute } from "../stores.ts";
import { tryInsert } from "./insertNew.ts";

interface MinuteDocument {
  /** `<runId>:<minute>` */
  _id: string;
  runId: string;
  minute: number;
  token: number;
  frame: Binary;
}

// FerretDB does not end a batch at 16 MB as MongoDB does, and a busy minute is about 1 MB.
const MINUTES_PER_BATCH = 20;

/** One document per run and minute, its seconds and `applied` in one frame of bytes. */
export class MongoSecondStore implements SecondStore {
  readonly #documents: Collection<MinuteDocument>;

  constructor(db: Db) {
    this.#documents = db.collection("seconds");
  }

  async createIndexes(): Promise<void> {
    await this.#documents.createIndex({ runId: 1, minute: 1 });
  }

  /** One after the other: nearly always there are one or two, and the last of equal ones stays. */
  async put(minutes: readonly StoredMinute[]): Promise<boolean> {
    let areAllStored = true;
    for (const minute of minutes) {
      if (!(await this.#putOne(minute))) areAllStored = false;
    }
    return areAllStored;
  }

  /**
   * Not an upsert: that would fail on the duplicate key both when a higher token is stored and
   * when somebody else inserts at the same moment. Here the second case gets a second look.
   */
  async #putOne(minute: StoredMinute): Promise<boolean> {
    const { _id, ...content } = await documentOf(minute);
    return (
      (await this.#replace(_id, content)) ||
      (await tryInsert(this.#documents, { _id, ...content })) ||
      (await this.#replace(_id, content))
    );
  }

  async #replace(_id: string, content: Omit<MinuteDocument, "_id">): Promise<boolean> {
    const replaceable = { _id, token: { $lte: content.token } };
    const result = await this.#documents.replaceOne(replaceable, content);
    return result.matchedCount === 1;
  }

  async read(runId: string, from: number, to: number): Promise<StoredMinute[]> {
    const cursor = this.#documents
      .find({ runId, minute: { $gte: from, $lte: to } })
      .sort({ minute: 1 })
      .batchSize(MINUTES_PER_BATCH);
    const minutes: StoredMinute[] = [];
    for await (const document of cursor) {
      minutes.push(await unpackMinute(document, document.frame.value()));
    }
    return minutes;
  }

  /** Of every run that has seconds. */
  async runIds(): Promise<string[]> {
    return this.#documents.distinct("runId");
  }

  async removeRun(runId: string): Promise<void> {
    await this.#documents.deleteMany({ runId });
  }
}

async function documentOf(minute: StoredMinute): Promise<MinuteDocument> {
  const { runId, minute: number, token } = minute;
  const frame = new Binary(await packMinute(minute));
  return { _id: `${runId}:${number}`, runId, minute: number, token, frame };
}
