import { expect, test } from "vitest";
import { histogramOf } from "@onrush/shared/metrics/deltas.testing.ts";
import { encodeSparse } from "@onrush/shared/metrics/sparseHistogram.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import { planRun } from "../planning/runPlan.ts";
import { placeShares } from "../planning/shares.ts";
import type { SecondStore, StoredMinute } from "../results/secondStore.ts";
import { RunRecord } from "../runs/runRecord.ts";
import { RunSla } from "./runSla.ts";

const SECONDS = 12;

const parsed = parseScenario({
  ...{ name: "n", targetUrl: "http://h/", durationSeconds: SECONDS },
  loadProfile: { type: "CONSTANT", initialRps: 3 },
  sla: [
    ...["p50 < 50ms over 3s", "max < 900ms over 4s abort", "avg < 100ms", "requests < 30"],
    ...["errorRate < 50% over 5s", "min > 15ms over 2s for 2"],
  ],
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const plan = planRun(parsed.scenario);
const [share] = placeShares(plan, ["w0"]);
if (share === undefined) throw new Error("there is one share");

class FakeSecondStore implements SecondStore {
  readonly minutes = new Map<number, StoredMinute>();

  async put(minutes: readonly StoredMinute[]): Promise<boolean> {
    for (const minute of minutes) this.minutes.set(minute.minute, structuredClone(minute));
    return true;
  }

  async read(_runId: string, from: number, to: number): Promise<StoredMinute[]> {
    const found = [...this.minutes.values()].filter((m) => m.minute >= from && m.minute <= to);
    return structuredClone(found);
  }

  async removeRun(): Promise<void> {
    this.minutes.clear();
  }
}

/** Three requests sent in `second`, two answered; the third of two seconds before is late. */
function snapshot(second: number): Snapshot {
  const due = (at: number, answersMs: readonly number[], started: number) => {
    const response = encodeSparse(histogramOf(answersMs.map((ms) => ms * 1000)));
    const ended = { ok: answersMs.length, failed: 0, neutral: 0, interrupted: 0 };
    const names = { statusCodes: {}, errors: {}, outcomes: {}, phases: {}, checks: {} };
    return {
      ...{ second: at, started, dropped: {}, ...ended, iterationDuration: response },
      steps: [{ step: 0, ...ended, ...names, response, service: response }],
    };
  };
  const late = second >= 2 ? [due(second - 2, [1_200 + second], 0)] : [];
  const sent = { step: 0, sent: 3, completed: 2, bytesSent: 1, bytesReceived: 1, redirects: 0 };
  const lateness = new Uint8Array(0);
  return {
    ...{ type: "snapshot", workerId: "w0", share: "0/0", epoch: 1, seq: second + 1 },
    ...{ watermark: second, due: [due(second, [20 + second, 30 + second], 3), ...late] },
    wall: [{ second, inFlight: 1, users: 0, connections: 1, lateness, steps: [sent] }],
    health: [],
  };
}

function owner(store: SecondStore) {
  const sla = new RunSla(plan, () => ({ loadEndSeconds: SECONDS, isLoadOn: true }));
  return { sla, record: new RunRecord("r", plan, store, sla) };
}

type Owner = ReturnType<typeof owner>;

async function follow({ record }: Owner, from: number, to: number): Promise<void> {
  for (let second = from; second < to; second++) {
    await record.merge(share as NonNullable<typeof share>, snapshot(second));
    record.close(second, false);
  }
}

test("whoever goes on with a run gets to the same results from stored seconds", async () => {
  const undisturbed = owner(new FakeSecondStore());
  await follow(undisturbed, 0, SECONDS);
  const whole = undisturbed.sla.results;
  expect(new Set(whole.map(({ status }) => status))).toEqual(new Set(["PASSED", "FAILED"]));
  for (const second of [1, 4, 7, 11]) {
    const store = new FakeSecondStore();
    const first = owner(store);
    await follow(first, 0, second);
    await first.record.save(1, second);
    const next = owner(store);
    next.sla.resume(first.sla.results);
    await next.record.resume(first.record.tallies);
    await follow(next, second, SECONDS);
    expect(next.sla.results).toEqual(whole);
  }
});

test("a line that has ended the load is told once, and stays broken for the next owner", async () => {
  const store = new FakeSecondStore();
  const first = owner(store);
  await follow(first, 0, 8);
  const aborted = first.sla.takeBroken().filter((result) => result.aborted);
  expect(aborted).toMatchObject([{ text: "max < 900ms over 4s abort", failedAtSecond: 3 }]);
  expect(first.sla.takeBroken()).toEqual([]);
  await first.record.save(1, 8);
  const next = owner(store);
  next.sla.resume(first.sla.results);
  await next.record.resume(first.record.tallies);
  // Nor is any other told again.
  expect(next.sla.takeBroken()).toEqual([]);
  expect(next.sla.results[1]).toEqual(aborted[0]);
});

test("one that died before it could say so has the next owner end the load", async () => {
  const store = new FakeSecondStore();
  const first = owner(store);
  await follow(first, 0, 8);
  await first.record.save(1, 8);
  const next = owner(store);
  await next.record.resume(first.record.tallies);
  expect(next.sla.takeBroken()).toContainEqual(expect.objectContaining({ aborted: true }));
});
