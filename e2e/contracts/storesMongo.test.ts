import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:net";
import { inspect } from "node:util";
import { connectMongo, inMongoDatabase } from "@onrush/controller/platform/mongo/mongoStores.ts";
import { describe, expect, onTestFinished, test, type TestContext } from "vitest";
import { freePort } from "../services/freePort.ts";
import { startMongo, startPrivateMongo } from "../services/mongoServer.ts";
import { describeUnavailable, type Service } from "../services/service.ts";
import { breakingOff } from "./storesFiles.suite.ts";

const TIMEOUT_MS = 300;

async function failureOf(url: string): Promise<unknown> {
  return connectMongo(url, { timeoutMs: TIMEOUT_MS }).then(
    () => expect.unreachable("it connected"),
    (error: unknown) => error,
  );
}

function doesNotAnswer(address: string) {
  return {
    code: "STORE_UNREACHABLE",
    message:
      `MongoDB does not answer at ${address} (MONGODB_URL): ` +
      "start it or unset MONGODB_URL to use the embedded store",
  };
}

function skip(context: TestContext, server: Exclude<Service, { available: true }>): never {
  const reason = describeUnavailable("MongoDB", server);
  if ((process.env["CI"] ?? "") !== "") expect.unreachable(reason);
  return context.skip(reason);
}

/** Accepts connections and never says a word. */
async function listenSilently(): Promise<{ port: number; server: Server }> {
  const port = await freePort();
  const server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { port, server };
}

describe("connecting to MongoDB", () => {
  test("says what to do when there is no server, without the credentials of the URL", async () => {
    const port = await freePort();
    const failure = await failureOf(`mongodb://someone:s3cret@127.0.0.1:${port}/load`);
    expect(failure).toMatchObject(doesNotAnswer(`127.0.0.1:${port}`));
    expect(inspect(failure, { depth: 20 })).not.toMatch(/s3cret/);
  });

  test("gives up by itself when it is not told how long to try", async () => {
    const port = await freePort();
    await expect(connectMongo(`mongodb://127.0.0.1:${port}`)).rejects.toMatchObject(
      doesNotAnswer(`127.0.0.1:${port}`),
    );
  });

  test("says the same of a server that accepts the connection and is silent", async () => {
    const { port, server } = await listenSilently();
    try {
      const failure = await failureOf(`mongodb://127.0.0.1:${port}`);
      expect(failure).toMatchObject(doesNotAnswer(`127.0.0.1:${port}`));
    } finally {
      server.close();
    }
  });

  test("names every host of the URL", async () => {
    const [a, b] = [await freePort(), await freePort()];
    const failure = await failureOf(`mongodb://u:p@127.0.0.1:${a},localhost:${b}/?replicaSet=rs0`);
    expect(failure).toMatchObject(doesNotAnswer(`127.0.0.1:${a}, localhost:${b}`));
  });

  test.each([
    ["another scheme", "http://someone:s3cret@127.0.0.1/"],
    ["an unescaped password", "mongodb://someone:s3cret/p@ss:w@127.0.0.1:1/x"],
    ["a port that is none", "mongodb://someone:s3cret@127.0.0.1:99999999/"],
    ["an option of its own invention", "mongodb://someone:s3cret@127.0.0.1/?s3cret=1"],
    ["no host", "mongodb://someone:s3cret@"],
  ])("explains a URL with %s without quoting it", async (_what, url) => {
    const failure = await failureOf(url);
    expect(failure).toMatchObject({
      code: "STORE_REFUSED",
      message: expect.stringMatching(
        /^MONGODB_URL is not a valid connection string .*mongodb:\/\//,
      ),
    });
    expect(inspect(failure, { depth: 20 })).not.toMatch(/s3cret|someone/);
  });

  test("a server that goes away later fails the ping", async (context) => {
    const server = await startPrivateMongo();
    if (!server.available) return skip(context, server);
    const stores = await connectMongo(server.url);
    try {
      await server.stop();
      await expect(stores.ping()).rejects.toThrow();
    } finally {
      await stores.close();
      await server.stop();
    }
  });
});

describe("files in MongoDB", () => {
  const sha256 = "ab".repeat(32);

  /** Stores in a database of their own, and what lies in it. */
  async function open(context: TestContext) {
    const server = await startMongo();
    if (!server.available) return skip(context, server);
    const dbName = `onrush_test_${randomBytes(8).toString("hex")}`;
    const inDatabase = <T>(work: Parameters<typeof inMongoDatabase<T>>[2]) =>
      inMongoDatabase(server.url, dbName, work);
    onTestFinished(async () => {
      await inDatabase((db) => db.dropDatabase());
      await server.stop();
    });
    const connect = async () => {
      const stores = await connectMongo(server.url, { dbName });
      onTestFinished(() => stores.close());
      return stores;
    };
    const left = () =>
      inDatabase((db) =>
        Promise.all(
          ["fileParts", "fileRemains"].map((name) => db.collection(name).countDocuments()),
        ),
      );
    return { inDatabase, connect, left };
  }

  test("leave no part behind when they are removed", async (context) => {
    const { connect, left } = await open(context);
    const { files } = await connect();
    await files.put(sha256, new Uint8Array(17_000_000), 1);
    expect(await left()).toEqual([3, 0]);
    await files.remove(sha256, 1, 2);
    expect(await left()).toEqual([0, 0]);
  });

  test("of uploads that broke off are cleared later, and no other", async (context) => {
    const { connect, left } = await open(context);
    const { files } = await connect();
    const bytes = new Uint8Array(9_000_000);
    await expect(files.put(sha256, breakingOff(bytes), 1)).rejects.toThrow();
    expect(await left()).toEqual([1, 1]);
    await files.put(sha256, bytes, 5);
    await files.clearRemains(1);
    expect(await left()).toEqual([3, 1]);
    await files.clearRemains(2);
    expect(await left()).toEqual([2, 0]);
    expect((await files.get(sha256))?.length).toBe(9_000_000);
  });

  test("of an earlier version have a size and a time as soon as they are seen", async (context) => {
    const { connect, inDatabase, left } = await open(context);
    const content = new Uint8Array(8_000_000).fill(1);
    await inDatabase(async (db) => {
      const parts = [content, content.subarray(0, 1_000)].map((part, i) => ({
        ...{ _id: `${sha256}:${i}`, content: part },
      }));
      await db.collection<{ _id: string }>("fileParts").insertMany(parts);
      await db.collection<{ _id: string }>("files").insertOne({ _id: sha256, parts: 2 } as never);
    });
    const before = Date.now();
    const { files } = await connect();
    const [kept] = await files.list();
    expect(kept).toMatchObject({ sha256, bytes: 8_001_000 });
    expect(kept?.usedAtMs).toBeGreaterThanOrEqual(before);
    expect((await files.get(sha256))?.length).toBe(8_001_000);
    expect(await files.remove(sha256, Infinity, before)).toBe(true);
    expect(await left()).toEqual([0, 0]);
  });
});
