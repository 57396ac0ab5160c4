import { createServer, type Server } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import type { ScriptResult } from "@onrush/shared/wire/script.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { Engine } from "./engine.ts";
import { type FromEngine, noFiles } from "./engineMessages.ts";
import { ShareCounts } from "./shareCounts.ts";

const KEY = "run setup 1";
const LEASE_NS = 60_000_000_000n;
const WITHIN = { timeout: 3_000 };

let url = "";
let seen: string[] = [];
const server: Server = createServer((request, response) => {
  seen.push(`${request.url} ${request.headers.authorization}`);
  response.statusCode = request.url === "/no" ? 500 : 200;
  response.end(JSON.stringify({ token: "t-1" }));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address === "object") url = `http://127.0.0.1:${address?.port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let said: FromEngine[] = [];
let engine: Engine;
let lease: SharedArrayBuffer;
beforeEach(() => {
  [said, seen] = [[], []];
  engine = new Engine((message) => void said.push(message));
});
afterEach(() => engine.handle({ type: "drop", key: KEY }));

const step = (name: string, more: object = {}) => ({
  ...{ name, protocol: "http" as const, method: "GET" as const, url: `${url}/${name}` },
  ...{ headers: {}, ...more },
});
const leased = () => {
  new BigInt64Array(lease)[0] = process.hrtime.bigint() + LEASE_NS;
};

function prepare(steps: Task["steps"], change: Partial<Task> = {}, thread = 0): void {
  lease = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const task: Task = {
    ...{ runId: "run", share: "setup", script: "setup", epoch: 1, token: 1, startMs: 0 },
    load: { type: "iterations", iterations: 1, concurrency: 1, maxDurationMs: 60_000 },
    ownership: [{ offset: 0, weights: 1, index: 0 }],
    steps,
    ...{ onError: "abortIteration", seed: 0, data: {}, files: {}, dataSeed: 0 },
    ...{ defaults: { outcomes: [] }, thinkTime: null, pacing: "timer", connections: "shared" },
    overload: { policy: "drop", maxDelayMs: 1 },
    ...{ maxInFlight: 100, transport: "raw", rejectUnauthorized: true, http: plainHttp },
    ...{ requestTimeoutMs: 60_000, gracefulStopMs: 0, fromMs: 0, firstRound: 0 },
    ...change,
  };
  const counts = ShareCounts.memoryFor(2);
  const place = { thread, threads: 2, lease, counts, files: noFiles };
  engine.handle({ type: "prepare", key: KEY, task, ...place });
}

async function resultOf(steps: Task["steps"], change: Partial<Task> = {}): Promise<ScriptResult> {
  prepare(steps, change);
  leased();
  await expect.poll(() => said.length, WITHIN).toBe(1);
  engine.handle({ type: "runScript", key: KEY });
  await expect.poll(() => said.length, WITHIN).toBe(2);
  const [, ended] = said;
  if (ended?.type !== "scriptEnded") throw new Error(JSON.stringify(said));
  return ended.result;
}

const token = { extract: { token: "json($.token)" } };
const bearer = { auth: { bearer: "{{vars.token}}" } };

describe("steps that are done once", () => {
  test("are sent one after the other, and what they extract is told", async () => {
    const result = await resultOf([step("login", token), step("fill", bearer)]);
    expect(seen).toEqual(["/login undefined", "/fill Bearer t-1"]);
    expect(result).toMatchObject({
      ok: true,
      reason: "",
      requests: 2,
      variables: { token: "t-1" },
    });
    expect(result.steps).toMatchObject([
      { name: "login", ok: true, status: 200, error: "" },
      { name: "fill", ok: true, status: 200, error: "" },
    ]);
  });

  test("know repeats, as any flow does", async () => {
    const result = await resultOf([{ repeat: 3, steps: [step("item")] }]);
    expect(seen).toHaveLength(3);
    expect(result).toMatchObject({ ok: true, requests: 3 });
  });

  test("know what setup has extracted", async () => {
    await resultOf([step("logout", bearer)], { constants: { token: "kept" } });
    expect(seen).toEqual(["/logout Bearer kept"]);
  });

  test("end with the first that fails, and nothing is extracted then", async () => {
    const result = await resultOf([step("login", token), step("no"), step("after")]);
    expect(seen).toHaveLength(2);
    expect(result).toMatchObject({ ok: false, reason: 'step "no": status 500', variables: {} });
  });

  test("go on where a step says so", async () => {
    const result = await resultOf([step("no", { onError: "continue" }), step("after")]);
    expect(result).toMatchObject({ ok: true, requests: 2 });
    expect(result.steps[0]).toMatchObject({ ok: false, status: 500 });
  });

  test("extract no more than every task can carry", async () => {
    const constants = { long: "x".repeat(1_000) };
    const extract = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`a${i}${"n".repeat(1_500)}`, "status"]),
    );
    const result = await resultOf([step("login", { extract })], { constants });
    expect(result).toMatchObject({ ok: false, variables: {} });
    expect(result.reason).toMatch(/^extracts \d+ characters; at most 65536$/);
  });
});

test("nothing is sent before there is a lease", async () => {
  prepare([step("login")]);
  await expect.poll(() => said.length, WITHIN).toBe(1);
  engine.handle({ type: "runScript", key: KEY });
  // Messages are taken in turns of the event loop: there have been many when this one is over.
  for (let i = 0; i < 50; i++) await fetch(`${url}/turn`);
  expect(seen.filter((line) => line.startsWith("/login"))).toEqual([]);
  leased();
  await expect.poll(() => said.length, WITHIN).toBe(2);
  expect(seen.filter((line) => line.startsWith("/login"))).toHaveLength(1);
});

test("other threads of the worker are ready at once and do nothing", async () => {
  prepare([step("login")], {}, 1);
  leased();
  await expect.poll(() => said, WITHIN).toEqual([{ type: "prepared", key: KEY }]);
  engine.handle({ type: "runScript", key: KEY });
  for (let i = 0; i < 10; i++) await fetch(`${url}/turn`);
  expect(seen.filter((line) => line.startsWith("/login"))).toEqual([]);
});
