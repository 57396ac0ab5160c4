import { createServer, type Server } from "node:net";
import { inspect } from "node:util";
import { connectMongo } from "@onrush/controller/platform/mongo/mongoStores.ts";
import { describe, expect, test } from "vitest";
import { freePort } from "../services/freePort.ts";
import { startPrivateMongo } from "../services/mongoServer.ts";
import { describeUnavailable } from "../services/service.ts";

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
    if (!server.available) {
      const reason = describeUnavailable("MongoDB", server);
      if ((process.env["CI"] ?? "") !== "") expect.unreachable(reason);
      return context.skip(reason);
    }
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
