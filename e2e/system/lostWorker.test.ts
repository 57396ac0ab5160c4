import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { engines, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";

interface Workers {
  items: { id: string; pid: number }[];
}

describe.each(engines)("when a worker is killed in mid-run, %s", (_engine, start) => {
  let platform: TestPlatform;
  let target: TestTarget;

  beforeAll(async () => {
    [platform, target] = await Promise.all([start(3), startTarget("known")]);
  });
  afterAll(async () => {
    await platform?.stop();
    await target?.stop();
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
