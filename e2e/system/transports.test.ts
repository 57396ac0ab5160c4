import { createServer, type RequestListener } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { ForwardProxy } from "@onrush/worker/protocols/http/forwardProxy.testing.ts";
import { selfSigned } from "@onrush/worker/protocols/http/selfSigned.testing.ts";
import { startEmbedded, type TestPlatform } from "./platforms.ts";
import { expectAllStarted } from "./standstills.ts";

/** What a scenario asks of HTTP beyond the raw transport: counts against the target's own log. */

const WORKERS = 2;

const loads: [string, Pick<ScenarioInput, "durationSeconds" | "loadProfile">, number | null][] = [
  ["CONSTANT", { durationSeconds: 4, loadProfile: { type: "CONSTANT", initialRps: 300 } }, 1_200],
  ["VUS", { durationSeconds: 3, loadProfile: { type: "VUS", vus: 20 } }, null],
];

let platform: TestPlatform;
/** Requests as the target saw them, by HTTP version and path. */
const seen = new Map<string, number>();
let sessions = 0;
const count = (name: string) => seen.set(name, (seen.get(name) ?? 0) + 1);
const total = () => [...seen.values()].reduce((sum, some) => sum + some, 0);

const answer: RequestListener = (request, response) => {
  const { url = "", httpVersion } = request;
  count(`${httpVersion} ${url}`);
  const hop = /^\/hop\/(\d)$/.exec(url);
  if (hop !== null && hop[1] !== "0")
    response.writeHead(302, { location: `/hop/${Number(hop[1]) - 1}` });
  // Long enough for requests to be under way together.
  setTimeout(() => response.end("ok"), 5);
};
const plain = createServer(answer);
const secure = createSecureServer({ ...selfSigned, allowHTTP1: true }, answer as never);
const proxy = new ForwardProxy({ credentials: "load:hunter2" });
let plainUrl: string;
let secureUrl: string;
let proxyUrl: string;

beforeAll(async () => {
  secure.on("session", () => sessions++);
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
  plainUrl = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  secureUrl = `https://localhost:${(secure.address() as AddressInfo).port}`;
  proxyUrl = await proxy.start("load:hunter2");
  platform = await startEmbedded(WORKERS);
});
afterAll(async () => {
  await platform?.stop();
  await proxy.stop();
  plain.closeAllConnections();
  for (const server of [plain, secure]) await new Promise((resolve) => server.close(resolve));
});

async function runOf(scenario: Omit<ScenarioInput, "name">): Promise<RunView> {
  seen.clear();
  sessions = 0;
  const { runId } = await platform.api.start({
    ...{ name: "transports", numWorkers: WORKERS, tls: { rejectUnauthorized: false } },
    ...scenario,
  });
  return platform.api.ended(runId);
}

/** Everything begun was answered, and the target saw all of it and nothing else. */
function expectExact(run: RunView, scheduled: number | null): void {
  const { state, summary } = run;
  expect(state).toBe("COMPLETED");
  if (scheduled !== null) expectAllStarted(run, scheduled);
  expect(summary?.errors).toEqual({});
  expect(summary?.requests.ok).toBe(summary?.requests.sent);
  expect(total()).toBe((summary?.requests.sent ?? 0) + (summary?.redirects ?? 0));
  expect(total()).toBeGreaterThan(100);
}

describe.each(loads)("%s", (_name, load, scheduled) => {
  test("over HTTP/2", async () => {
    const run = await runOf({ ...load, targetUrl: `${secureUrl}/`, http: { version: "2" } });
    expectExact(run, scheduled);
    expect([...seen.keys()]).toEqual(["2.0 /"]);
    // Requests share connections: far fewer than are under way at once.
    expect(sessions).toBeLessThanOrEqual(WORKERS);
    expect(run.summary?.redirects).toBe(0);
  });

  test("through a proxy that forwards", async () => {
    const run = await runOf({ ...load, targetUrl: `${plainUrl}/`, http: { proxy: proxyUrl } });
    expectExact(run, scheduled);
    expect([...seen.keys()]).toEqual(["1.1 /"]);
    expect(proxy.requests.length).toBeGreaterThanOrEqual(total());
    expect(JSON.stringify(run)).not.toContain("hunter2");
  });

  test.each(["1.1", "2"] as const)("through tunnels, HTTP/%s inside", async (version) => {
    const before = proxy.tunnels.length;
    const http = { version, proxy: proxyUrl };
    expectExact(await runOf({ ...load, targetUrl: `${secureUrl}/`, http }), scheduled);
    expect([...seen.keys()]).toEqual([version === "2" ? "2.0 /" : "1.1 /"]);
    expect(proxy.tunnels.length).toBeGreaterThan(before);
  });

  test("following redirects, which are counted apart", async () => {
    const run = await runOf({ ...load, targetUrl: `${plainUrl}/hop/2`, http: { maxRedirects: 2 } });
    expectExact(run, scheduled);
    const { summary } = run;
    expect(summary?.redirects).toBe(2 * (summary?.requests.sent ?? 0));
    expect(summary?.steps[0]?.redirects).toBe(summary?.redirects);
    expect(summary?.statusCodes).toEqual({ 200: summary?.requests.sent });
    const seconds = await platform.api.seconds(run.id);
    expect(seconds.reduce((sum, { redirects }) => sum + redirects, 0)).toBe(summary?.redirects);
  });
});

test("redirects that are not asked for are the answer", async () => {
  const load = { durationSeconds: 4, loadProfile: { type: "CONSTANT" as const, initialRps: 300 } };
  const run = await runOf({ ...load, targetUrl: `${plainUrl}/hop/2` });
  expectExact(run, 1_200);
  expect(run.summary?.statusCodes).toEqual({ 302: run.ledger.started });
});
