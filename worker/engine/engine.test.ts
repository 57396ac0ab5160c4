import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { Engine } from "./engine.ts";
import { type FromEngine, noFiles } from "./engineMessages.ts";
import { ShareCounts } from "./shareCounts.ts";
import { monotonicUs } from "./monotonicClock.ts";

const KEY = "run 0/0 2";
const LEASE_NS = 60_000_000_000n;

/** A target that takes connections and says nothing, so that no TLS connection comes about. */
let silent: Server;
const sockets = new Set<Socket>();
let said: FromEngine[] = [];
let engine: Engine;

beforeEach(async () => {
  silent = createServer((socket) => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
  });
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  said = [];
  engine = new Engine((message) => void said.push(message));
});
afterEach(() => {
  engine.handle({ type: "drop", key: KEY });
  for (const socket of sockets) socket.destroy();
  silent.close();
});

let counts: ShareCounts;

function prepare(change: Partial<Task>): void {
  const milliRps = { fromMilliRps: 5_000, toMilliRps: 5_000 };
  const durationMs = 100_000;
  const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  const task: Task = {
    ...{ runId: "run", share: "0/0", epoch: 2, token: 1, startMs: 0 },
    load: {
      type: "arrivals",
      curve: { durationMs, segments: [{ startMs: 0, endMs: durationMs, ...milliRps }] },
      ...{ arrival: "uniform", devices: 0 },
    },
    ownership: [{ offset: 0, weights: 1, index: 0 }],
    steps: [{ name: "get", protocol: "http", method: "GET", url, headers: {} }],
    ...{
      seed: 0,
      data: {},
      files: {},
      dataSeed: 0,
      defaults: { outcomes: [] },
      thinkTime: null,
      pacing: "timer",
      connections: "shared",
    },
    overload: { policy: "drop", maxDelayMs: 1 },
    ...{ maxInFlight: 100, transport: "raw", rejectUnauthorized: false, http: plainHttp },
    ...{ requestTimeoutMs: 60_000, gracefulStopMs: 0, fromMs: 0, firstRound: 0 },
    ...change,
  };
  const lease = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  new BigInt64Array(lease)[0] = process.hrtime.bigint() + LEASE_NS;
  const memory = ShareCounts.memoryFor(1);
  counts = new ShareCounts(memory);
  const message = {
    type: "prepare",
    files: noFiles,
    key: KEY,
    task,
    thread: 0,
    threads: 1,
  } as const;
  engine.handle({ ...message, lease, counts: memory });
}

/** The warm-up of a share that is there from the beginning would take 5 s of silence. */
const WITHIN = { timeout: 3_000 };

test("a take-over is ready although the target lets nobody in", async () => {
  prepare({ fromMs: 50_000 });
  await expect.poll(() => said, WITHIN).toEqual([{ type: "prepared", key: KEY }]);
});

test("a take-over says how late it began, and begins nothing from before", async () => {
  // At 20 s and above 5 a second: the 100 arrivals before are somebody else's.
  prepare({ fromMs: 20_000, ownership: [{ offset: 100, weights: 1, index: 0 }] });
  await expect.poll(() => said.length, WITHIN).toBe(1);
  const startUs = monotonicUs() - 19_900_000;
  engine.handle({ type: "start", key: KEY, startUs });
  await expect.poll(() => counts.read().started, WITHIN).toBe(1);
  engine.handle({ type: "handBack", key: KEY, cutUs: 20_400_000 });
  const reports = () => said.filter((message) => message.type === "report");
  await expect.poll(() => reports().at(-1)?.report.totals, WITHIN).toBeTruthy();
  expect(reports().at(-1)?.report.totals).toMatchObject({ scheduled: 2, started: 2 });
  expect(reports()[0]?.startLateUs).toBeGreaterThanOrEqual(0);
  const seconds = reports().flatMap(({ report }) => [...report.due, ...report.wall]);
  expect(new Set(seconds.map(({ second }) => second))).toEqual(new Set([20]));
});
