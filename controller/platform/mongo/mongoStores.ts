import { MongoClient, MongoServerError, type Db } from "mongodb";
import { StoreError, type Stores } from "../stores.ts";
import { mongoConnectError, mongoUrlError, UNAUTHORIZED } from "./mongoConnectError.ts";
import { MongoFileStore } from "./mongoFileStore.ts";
import { MongoRunStore } from "./mongoRunStore.ts";
import { MongoScenarioStore } from "./mongoScenarioStore.ts";
import { MongoSecondStore } from "./mongoSecondStore.ts";

export interface MongoOptions {
  /** Default: the database that the URL names, else "onrush". */
  dbName?: string;
  /** How long the server may take to answer at first, and to be found again later. */
  timeoutMs?: number;
}

// Leaves time to close the client and still report within 5 s.
const TIMEOUT_MS = 3_500;
const DEFAULT_DB_NAME = "onrush";

/**
 * The stores in MongoDB, or in what speaks its protocol. Rejects with a StoreError whose message
 * says what to do and holds no credentials.
 */
export async function connectMongo(url: string, options: MongoOptions = {}): Promise<Stores> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const client = createMongoClient(url, timeoutMs);
  const db = client.db(options.dbName ?? dbNameOf(url));
  const seconds = new MongoSecondStore(db);
  const runs = new MongoRunStore(db, seconds);
  const scenarios = new MongoScenarioStore(db);
  const files = new MongoFileStore(db);
  try {
    await withDeadline(ping(db), timeoutMs);
    for (const store of [scenarios, runs, seconds]) await tryIndexes(() => store.createIndexes());
    await files.migrate(Date.now());
  } catch (error) {
    await client.close();
    throw mongoConnectError(client, error);
  }
  return { scenarios, runs, seconds, files, ping: () => ping(db), close: () => client.close() };
}

/** For tests, which look behind the stores, on a server that outlives them. */
export async function inMongoDatabase<T>(
  url: string,
  dbName: string,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const client = createMongoClient(url, TIMEOUT_MS);
  try {
    return await work(client.db(dbName));
  } finally {
    await client.close();
  }
}

function createMongoClient(url: string, timeoutMs: number): MongoClient {
  try {
    return new MongoClient(url, {
      appName: "onrush",
      serverSelectionTimeoutMS: timeoutMs,
      connectTimeoutMS: timeoutMs,
    });
  } catch (error) {
    throw mongoUrlError(error);
  }
}

/** `url` has been accepted by the driver. */
function dbNameOf(url: string): string {
  const name = /^[^/]+\/\/[^/]+\/([^?]+)/.exec(url)?.[1];
  return name === undefined ? DEFAULT_DB_NAME : decodeURIComponent(name);
}

async function ping(db: Db): Promise<void> {
  await db.command({ ping: 1 });
}

/** Without an index everything is right, only slower: servers that refuse one are accepted. */
async function tryIndexes(create: () => Promise<void>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code === UNAUTHORIZED) throw error;
  }
}

/** The driver's own limits cover neither the look-up of `mongodb+srv:` nor a server that hangs. */
async function withDeadline(work: Promise<void>, timeoutMs: number): Promise<void> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new StoreError("STORE_UNREACHABLE", `no answer within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
