import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type LiveMessage, liveMessageSchema } from "@onrush/shared/api/secondView.ts";
import { engines, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";
import { expectAllStarted } from "./standstills.ts";

/** Collects a run's live messages until `enough`. */
function watch(url: string, runId: string, enough: (messages: LiveMessage[]) => boolean) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/live?runId=${runId}`);
  const messages: LiveMessage[] = [];
  return new Promise<LiveMessage[]>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data: Buffer) => {
      messages.push(liveMessageSchema.parse(JSON.parse(data.toString())));
      if (!enough(messages)) return;
      socket.close();
      resolve(messages);
    });
  });
}

const ended = (messages: LiveMessage[]) =>
  messages.some((message) => message.type === "run" && message.run.endedAt !== null);

describe.each(engines)("a run %s while it goes on", (_engine, start) => {
  let platform: TestPlatform;
  let target: TestTarget;

  beforeAll(async () => {
    [platform, target] = await Promise.all([start(2), startTarget("sms-gateway")]);
  });
  afterAll(async () => {
    await platform?.stop();
    await target?.stop();
  });

  const scenario = (durationSeconds: number) => ({
    name: "live",
    targetUrl: `${target.url}/v1/sms/send`,
    method: "POST" as const,
    headers: {
      "Content-Type": "application/json",
      "X-Api-Key": "enterprise-key",
      "X-Auth-User-Id": "enterprise-1",
    },
    body: { to: "+4915112345678", text: "hello" },
    durationSeconds,
    numWorkers: 2,
    loadProfile: { type: "CONSTANT" as const, initialRps: 200 },
  });

  test("answers realtime statistics with every field, and zeros before the first run", async () => {
    const stored = (await platform.api.call("POST", "/api/v1/scenarios", {
      ...scenario(4),
      autoStart: false,
    })) as { id: string; runId?: string };
    expect(stored.runId).toBeUndefined();
    const before = await platform.api.realtime(stored.id);
    expect(before).toMatchObject({ runId: null, totalRequests: 0, currentRps: 0 });

    const started = await platform.api.call("POST", `/api/v1/scenarios/${stored.id}/runs`);
    const { runId } = started as { runId: string };
    await platform.api.until(runId, (run) => (run.summary?.durationSeconds ?? 0) >= 2);
    const during = await platform.api.realtime(stored.id);
    expect(during.runId).toBe(runId);
    expect(during.totalRequests).toBeGreaterThanOrEqual(200);
    expect(during.successRate).toBe(100);
    expect(during.p50LatencyMs).toBeGreaterThan(0);
    expect(during.p99LatencyMs).toBeGreaterThanOrEqual(during.p95LatencyMs);
    expect(Object.keys(during.statusCodeDistribution)).toEqual(["202"]);

    const run = await platform.api.ended(runId);
    expectAllStarted(run, 800);
    const totalRequests = run.ledger.started;
    const after = await platform.api.realtime(stored.id);
    const currentRps = totalRequests / 4;
    expect(after).toMatchObject({ totalRequests, windowSeconds: 4, currentRps });
    expect(after.statusCodeDistribution).toEqual({ "202": totalRequests });
  });

  test("gives a late watcher the past first, then every second once", async () => {
    const { runId } = await platform.api.start(scenario(5));
    await platform.api.until(runId, (run) => (run.summary?.durationSeconds ?? 0) >= 2);
    const messages = await watch(platform.api.url, runId, ended);
    const [first, ...rest] = messages;
    if (first?.type !== "history") throw new Error("the past comes first");
    const past = first.seconds.map((second) => second.second);
    expect(past.length).toBeGreaterThanOrEqual(2);
    const later = rest.flatMap((message) => (message.type === "second" ? [message] : []));
    const all = new Map([...first.seconds, ...later].map((second) => [second.second, second]));
    expect([...all.keys()].sort((a, b) => a - b).slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    const run = await platform.api.run(runId);
    expectAllStarted(run, 1000);
    const started = [...all.values()].reduce((sum, second) => sum + second.started, 0);
    expect(started).toBe(run.ledger.started);
    // A second comes again only with a higher revision.
    for (const [i, second] of later.entries()) {
      const earlier = later.slice(0, i).filter((other) => other.second === second.second);
      for (const other of earlier) expect(second.rev).toBeGreaterThan(other.rev);
    }
  });

  test("is watched only by who may: the run must exist, the page must be our own", async () => {
    const { runId } = await platform.api.start(scenario(1));
    const answer = (query: string, headers: Record<string, string> = {}) =>
      new Promise<number>((resolve, reject) => {
        const url = `${platform.api.url.replace("http", "ws")}/api/v1/live${query}`;
        const socket = new WebSocket(url, { headers });
        socket.on("unexpected-response", (_request, response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        socket.on("open", () => {
          socket.close();
          resolve(101);
        });
        socket.on("error", reject);
      });
    expect(await answer("?runId=nobody")).toBe(404);
    expect(await answer("")).toBe(400);
    expect(await answer(`?runId=${runId}`, { origin: "http://elsewhere.example" })).toBe(403);
    expect(await answer(`?runId=${runId}`, { origin: platform.api.url })).toBe(101);
    await platform.api.ended(runId);
  });

  test("stops when it is asked to, with a ledger that balances up to then", async () => {
    const { runId } = await platform.api.start(scenario(60));
    await platform.api.until(runId, (run) => (run.summary?.durationSeconds ?? 0) >= 1);
    await platform.api.call("POST", `/api/v1/runs/${runId}/stop`);
    const run = await platform.api.ended(runId);
    expect(run.state).toBe("STOPPED");
    const { ledger, verdict } = run;
    expect(ledger.scheduled).toBeLessThan(60 * 200);
    expect(ledger.started + ledger.dropped + ledger.lost).toBe(ledger.scheduled);
    expect(ledger.ok + ledger.failed + ledger.interrupted).toBe(ledger.started);
    expect(verdict.reasons.filter((reason) => /balance|counted/.test(reason))).toEqual([]);
  });

  test("has several workloads with steps of their own, counted apart and together", async () => {
    const { targetUrl: url, method, headers, body } = scenario(3);
    const send = { name: "send", protocol: "http" as const, url, method, headers, body };
    const balance = { ...send, name: "balance", method: "GET" as const };
    const { body: _none, ...read } = { ...balance, url: url.replace("send", "balance") };
    const rate = (initialRps: number) => ({ type: "CONSTANT" as const, initialRps });
    const { runId } = await platform.api.start({
      name: "two workloads",
      durationSeconds: 3,
      numWorkers: 2,
      workloads: [
        { name: "send and look", loadProfile: rate(50), steps: [send, read] },
        { name: "look", startSecond: 1, loadProfile: rate(30), steps: [read] },
      ],
    });
    const { ledger, summary, verdict, shares } = await platform.api.ended(runId);
    expect(ledger).toMatchObject({ scheduled: 210, lost: 0 });
    expect(ledger.started + ledger.dropped).toBe(210);
    expect(shares).toHaveLength(4);
    expect(summary?.workloads.map((w) => [w.name, w.iterations.scheduled])).toEqual([
      ["send and look", 150],
      ["look", 60],
    ]);
    expect(summary?.steps.map((step) => step.name)).toEqual(["send", "balance", "balance"]);
    if (ledger.dropped === 0) expect(summary?.requests.sent).toBe(2 * 150 + 60);
    // So little load is no work for a core; each worker's health is one, whatever it carries.
    expect(verdict.reasons.filter((reason) => reason.includes("cores"))).toEqual([]);
  });

  test("two runs at once wait for each other's workers, and both end", async () => {
    const [a, b] = await Promise.all([
      platform.api.start(scenario(2)),
      platform.api.start(scenario(2)),
    ]);
    const runs = await Promise.all([platform.api.ended(a.runId), platform.api.ended(b.runId)]);
    expect(runs.map((run) => run.ledger.scheduled)).toEqual([400, 400]);
    const [one, two] = runs.map((run) => Date.parse(run.startedAt ?? ""));
    expect(Math.abs((one ?? 0) - (two ?? 0))).toBeGreaterThanOrEqual(2_000);
  });
});
