import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { engines, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";

interface Workers {
  items: { id: string; pid: number }[];
}

describe.each(engines)("when a worker is killed in mid-run, %s", (_engine, start) => {
  let platform: TestPlatform;
  let target: TestTarget;
  /** Takes 400 ms, so that there is always something in flight. */
  let slow: TestTarget;

  beforeAll(async () => {
    [platform, target, slow] = await Promise.all([
      // Each test kills one, and the last still needs three.
      start(6),
      startTarget("known"),
      startTarget("known", "--delay-ms", "400"),
    ]);
  });
  afterAll(async () => {
    await platform?.stop();
    await target?.stop();
    await slow?.stop();
  });

  async function killOneOf(run: RunView): Promise<string> {
    const { items } = (await platform.api.call("GET", "/api/v1/workers")) as Workers;
    const victim = items.find((worker) => worker.id === run.shares[1]?.workerId);
    if (victim === undefined) throw new Error("the run's worker is not listed");
    process.kill(victim.pid, "SIGKILL");
    return victim.id;
  }

  const scenario = (lostWorkers: "degrade" | "fail") => ({
    name: `loses one, ${lostWorkers}`,
    targetUrl: `${target.url}/`,
    durationSeconds: 8,
    numWorkers: 3,
    lostWorkers,
    loadProfile: { type: "CONSTANT" as const, initialRps: 300 },
  });

  const running = (run: RunView) => (run.summary?.durationSeconds ?? 0) >= 2;

  test("the others go on, and every arrival of the lost share is accounted for", async () => {
    await fetch(`${target.url}/__reset`, { method: "POST" });
    const { runId } = await platform.api.start(scenario("degrade"));
    const victim = await killOneOf(await platform.api.until(runId, running));
    const run = await platform.api.ended(runId);
    const { received } = (await (await fetch(`${target.url}/__stats`)).json()) as {
      received: number;
    };
    const { ledger, verdict } = run;
    expect(run.state).toBe("COMPLETED");
    expect(ledger.scheduled).toBe(2400);
    expect(ledger.started + ledger.dropped + ledger.lost).toBe(2400);
    expect(ledger.lost).toBeGreaterThan(0);
    expect(received).toBeGreaterThanOrEqual(ledger.started);
    expect(received).toBeLessThanOrEqual(ledger.started + ledger.maybeSent);
    expect(verdict.validity).toBe("INVALID");
    expect(verdict.reasons.join()).toContain(`${ledger.lost} arrivals`);
    expect(run.events.some((event) => event.text.includes(victim))).toBe(true);
    const seconds = await platform.api.seconds(runId);
    const perSecond = seconds.slice(0, 8).map((s) => s.started + s.dropped + s.lost);
    expect(perSecond).toEqual(Array.from({ length: 8 }, () => 300));
  });

  test("what it had in flight is interrupted: the account balances, and the run says why it is doubted", async () => {
    const document = { ...scenario("degrade"), targetUrl: `${slow.url}/` };
    const { runId } = await platform.api.start(document);
    const victim = await killOneOf(await platform.api.until(runId, running));
    const { ledger, verdict, summary } = await platform.api.ended(runId);
    expect(ledger.ok + ledger.failed + ledger.neutral + ledger.interrupted).toBe(ledger.started);
    expect(ledger.interrupted).toBeGreaterThan(0);
    const { ok = 0, failed, neutral, interrupted, sent } = summary?.requests ?? {};
    expect(ok).toBe((sent ?? 0) - (failed ?? 0) - (neutral ?? 0) - (interrupted ?? 0));
    expect(verdict.reasons.join()).toContain(`worker ${victim} was lost`);
    expect(verdict.reasons.join()).not.toMatch(/balance|have a result|workers counted/);
  });

  test("its users are gone, and its iterations lost; the others do what is left", async () => {
    const step = { name: "s", protocol: "http" as const, url: `${slow.url}/` };
    const { runId } = await platform.api.start({
      ...{ name: "closed, loses one", numWorkers: 3, durationSeconds: 6, lostWorkers: "degrade" },
      workloads: [
        { name: "users", loadProfile: { type: "VUS", vus: 30 }, steps: [step] },
        {
          name: "batch",
          loadProfile: { type: "ITERATIONS", iterations: 600, concurrency: 30 },
          steps: [step],
        },
      ],
    });
    await killOneOf(await platform.api.until(runId, running));
    const { state, summary, ledger, verdict } = await platform.api.ended(runId);
    expect(state).toBe("COMPLETED");
    expect(ledger.ok + ledger.failed + ledger.neutral + ledger.interrupted).toBe(ledger.started);
    const [users, batch] = summary?.workloads ?? [];
    expect(users?.iterations.scheduled).toBe(users?.iterations.started);
    const { scheduled, started = 0, dropped = 0, lost = 0 } = batch?.iterations ?? {};
    expect(scheduled).toBe(600);
    expect(started + dropped + lost).toBe(600);
    expect(lost).toBeGreaterThan(0);
    expect(verdict.reasons.join()).toContain("10 virtual users were lost");
    expect(verdict.reasons.join()).not.toMatch(/balance|have a result|workers counted/);
  });

  test("or the run fails, naming the worker, when it is to", async () => {
    // The embedded platform replaces a dead worker; on Redis two are left.
    const { runId } = await platform.api.start(scenario("fail"));
    const victim = await killOneOf(await platform.api.until(runId, running));
    const run = await platform.api.ended(runId);
    expect(run.state).toBe("FAILED");
    expect(run.verdict.validity).toBe("INVALID");
    expect(run.verdict.reasons.join()).toContain(victim);
  });
});
