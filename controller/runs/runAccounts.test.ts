import { expect, test } from "vitest";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { initialRunState } from "@onrush/shared/run/runReducer.ts";
import type { RunState, ShareLoss } from "@onrush/shared/run/runMessages.ts";
import { RunSla } from "../analysis/runSla.ts";
import { planRun } from "../planning/runPlan.ts";
import { placeShares } from "../planning/shares.ts";
import type { SecondStore, StoredMinute } from "../results/secondStore.ts";
import { leaseEndMs, RunAccounts } from "./runAccounts.ts";
import { RunRecord } from "./runRecord.ts";
import { newRunView } from "./runView.ts";

class FakeSecondStore implements SecondStore {
  readonly minutes = new Map<number, StoredMinute>();

  async put(minutes: readonly StoredMinute[]): Promise<boolean> {
    for (const minute of minutes) this.minutes.set(minute.minute, structuredClone(minute));
    return true;
  }

  async read(_runId: string, from: number, to: number): Promise<StoredMinute[]> {
    return [...this.minutes.values()].filter(({ minute }) => minute >= from && minute <= to);
  }

  async removeRun(): Promise<void> {
    this.minutes.clear();
  }
}

const times = { createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-01T00:00:00.000Z" };

function runOf(rps: number, durationSeconds: number) {
  const parsed = parseScenario({
    ...{ name: "n", targetUrl: "http://h/", durationSeconds },
    loadProfile: { type: "CONSTANT", initialRps: rps },
  });
  if (!parsed.ok) throw new Error("the scenario is good");
  const plan = planRun(parsed.scenario);
  const scenario = { ...parsed.scenario, id: "s", ownerId: "o", ...times };
  const sla = new RunSla(plan, () => ({ loadEndSeconds: durationSeconds, isLoadOn: true }));
  const record = new RunRecord("r", plan, new FakeSecondStore(), sla);
  const accounts = new RunAccounts(plan, record, sla, new Map());
  const initial = initialRunState({
    ...{ durationMs: plan.durationMs, minDurationMs: plan.durationMs, gracefulStopMs: 0 },
    ...{ lostWorkers: "degrade", barrierMs: 1, startLeadMs: 1 },
  });
  const base = newRunView("r", scenario, "o", plan, times.createdAt);
  return { plan, record, accounts, initial, base };
}

test("what a worker lost in the first minute owes to later minutes is in the final ledger", async () => {
  const { plan, record, accounts, initial, base } = runOf(2, 4_000);
  const state: RunState = {
    ...{ ...initial, phase: "COMPLETED", startAtMs: 0, lastSecond: -1, nextSecond: 4_000 },
    shares: placeShares(plan, ["w0"]).map((share) => ({ ...share, phase: "lost" })),
  };
  for (let second = 0; second < 4_000; second++) {
    accounts.countLost(state, second);
    record.close(second, false);
  }
  await record.save(1, 4_000);
  const view = await accounts.ended(base, state, times.createdAt);
  expect(view.ledger).toMatchObject({ scheduled: 8_000, started: 0, lost: 8_000 });
  expect(view.verdict).toMatchObject({
    validity: "INVALID",
    reasons: [expect.stringContaining("8000 arrivals (100.0 %) were lost")],
  });
});

test("refused reports are told with the run; a state of an earlier version has none", () => {
  const { accounts, initial, base } = runOf(2, 10);
  expect(accounts.live(base, { ...initial, refusedReports: 3 }).refusedReports).toBe(3);
  expect(accounts.live(base, initial).refusedReports).toBe(0);
});

test("what a last heartbeat told is started and interrupted, the rest lost or maybe sent", async () => {
  const { plan, record, accounts, initial, base } = runOf(100, 10);
  const loss = {
    // The worker was heard at 3.45 s and seen to be gone at 3.5 s.
    ...{ atMs: 5_100, lastBeatMs: 3_450, absentMs: 3_500 },
    ...{ unreported: 0, knownUntilUs: 3_450_000 },
  };
  const [share] = placeShares(plan, ["w0"]).map((placed) => ({ ...placed, watermark: 2, loss }));
  if (share === undefined) throw new Error("there is a share");
  await record.interruptAll(share);
  const state: RunState = {
    ...{ ...initial, phase: "COMPLETED", startAtMs: 0, lastSecond: -1, nextSecond: 10 },
    shares: [{ ...share, phase: "lost" }],
  };
  for (let second = 0; second < 10; second++) {
    accounts.countLost(state, second);
    record.close(second, false);
  }
  await record.save(1, 10);
  const { ledger, summary } = await accounts.ended(base, state, times.createdAt);
  // The three seconds before are nobody's here: no snapshot of theirs was merged.
  expect(ledger).toMatchObject({ started: 45, interrupted: 45, lost: 655, maybeSent: 20 });
  expect(ledger.scheduled).toBe(1_000);
  expect(summary?.requests).toMatchObject({ sent: 45, interrupted: 45, maybeSent: 20 });
});

test.each<[string, Partial<ShareLoss>, number]>([
  ["its lease, from the last heartbeat", { lastBeatMs: 1_000, absentMs: null }, 2_500],
  ["or a moment after its connection was closed", { lastBeatMs: 1_000, absentMs: 1_150 }, 1_300],
  ["but not longer than its lease", { lastBeatMs: 1_000, absentMs: 2_600 }, 2_500],
  ["until it was fenced, when it was never heard", { lastBeatMs: null }, 9_000],
  ["the lease that an owner gave it later", { lastBeatMs: 1_000, leasedMs: 5_000 }, 6_500],
  ["until it was fenced, when anybody may have", { lastBeatMs: 1_000, leasedMs: null }, 9_000],
])("a lost worker may have sent for as long as %s", (_name, known, endMs) => {
  expect(leaseEndMs({ atMs: 9_000, lastBeatMs: null, unreported: 0, ...known })).toBe(endMs);
});
