import { expect, test } from "vitest";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { initialRunState } from "@onrush/shared/run/runReducer.ts";
import type { RunState } from "@onrush/shared/run/runMessages.ts";
import { planRun } from "../planning/runPlan.ts";
import type { SecondStore, StoredMinute } from "../results/secondStore.ts";
import { RunAccounts } from "./runAccounts.ts";
import { RunRecord } from "./runRecord.ts";
import { RunShares } from "./runShares.ts";
import { newRunView } from "./runView.ts";
import type { WorkerWatch } from "./workerWatch.ts";

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

test("what a worker lost in the first minute owes to later minutes is in the final ledger", async () => {
  const parsed = parseScenario({
    ...{ name: "n", targetUrl: "http://h/", durationSeconds: 4_000 },
    loadProfile: { type: "CONSTANT", initialRps: 2 },
  });
  if (!parsed.ok) throw new Error("the scenario is good");
  const plan = planRun(parsed.scenario);
  const times = { createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-01T00:00:00.000Z" };
  const scenario = { ...parsed.scenario, id: "s", ownerId: "o", ...times };
  const record = new RunRecord("r", plan, new FakeSecondStore());
  const nobody = { held: new Map(), lastSeenMs: () => undefined } as unknown as WorkerWatch;
  const accounts = new RunAccounts("r", plan, record, nobody);
  accounts.shares = new RunShares(plan, "r", 1, ["w0"]);
  const initial = initialRunState({
    ...{
      durationMs: plan.durationMs,
      minDurationMs: plan.durationMs,
      gracefulStopMs: 0,
      lostWorkers: "degrade",
    },
    ...{ barrierMs: 1, startLeadMs: 1 },
  });
  const state: RunState = {
    ...{ ...initial, phase: "COMPLETED", startAtMs: 0, lastSecond: -1, nextSecond: 4_000 },
    shares: accounts.shares.initialStates().map((share) => ({ ...share, phase: "lost" })),
  };
  for (let second = 0; second < 4_000; second++) {
    accounts.closing(state, second);
    record.close(second, false);
  }
  await record.save(1, 4_000);
  const base = newRunView("r", scenario, "o", plan, times.createdAt);
  const view = await accounts.ended(base, state, times.createdAt);
  expect(view.ledger).toMatchObject({ scheduled: 8_000, started: 0, lost: 8_000 });
  expect(view.verdict).toMatchObject({
    validity: "INVALID",
    reasons: [expect.stringContaining("8000 arrivals (100.0 %) were lost")],
  });
});
