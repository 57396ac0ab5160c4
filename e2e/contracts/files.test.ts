import { createHash } from "node:crypto";
import { MemoryFileStore, startTestServer } from "@onrush/controller/http/testServer.ts";
import { createLocalWorkerLink } from "@onrush/controller/platform/local/localWorkerLink.ts";
import { filesOverHttp } from "@onrush/worker/agent/fileOverHttp.ts";
import { createLocalControllerLink } from "@onrush/worker/agent/local/localControllerLink.ts";
import type { FileSource } from "@onrush/worker/agent/ports.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { channelPair } from "./linkBench.ts";

/** What a worker may ask for the files of its tasks, over each kind of link. */
interface Bench {
  source: FileSource;
  store: MemoryFileStore;
  ownerUrl: string | undefined;
  close(): Promise<void>;
}

async function overMessages(): Promise<Bench> {
  const store = new MemoryFileStore();
  const controller = createLocalWorkerLink({ files: store });
  const [ours, theirs] = channelPair();
  controller.attach(ours);
  const worker = createLocalControllerLink(theirs);
  const close = async () => {
    await worker.close();
    await controller.close();
  };
  return { source: worker.files, store, ownerUrl: undefined, close };
}

async function overHttp(): Promise<Bench> {
  const server = await startTestServer();
  return { source: filesOverHttp, store: server.files, ownerUrl: server.url, close: server.close };
}

describe.each([
  { name: "local messages", open: overMessages },
  { name: "HTTP", open: overHttp },
])("files over $name", ({ open }) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());

  const read = (sha256: string) => bench.source.read(sha256, bench.ownerUrl);

  test.each([0, 1, 5_000_000])("%i bytes arrive as they were stored", async (size) => {
    const bytes = new Uint8Array(size).map((_, i) => (i * 31) >> 3);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await bench.store.put(sha256, bytes, 0);
    const arrived = await read(sha256);
    expect(arrived).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(arrived ?? []).equals(bytes)).toBe(true);
  });

  test("one that is not there is not there", async () => {
    expect(await read("ab".repeat(32))).toBe(undefined);
  });

  test("a store that fails is no file that is missing", async () => {
    bench.store.get = () => Promise.reject(new Error("the disk is gone"));
    await expect(read("ab".repeat(32))).rejects.toThrow();
  });
});
