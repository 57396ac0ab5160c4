import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import { RunSla } from "../analysis/runSla.ts";
import { planRun } from "../planning/runPlan.ts";
import { placeShares } from "../planning/shares.ts";
import type { SecondStore, StoredMinute } from "../results/secondStore.ts";
import { RunRecord } from "./runRecord.ts";

const parsed = parseScenario({
  ...{ name: "n", targetUrl: "http://h/", durationSeconds: 300 },
  loadProfile: { type: "CONSTANT", initialRps: 2 },
});
if (!parsed.ok) throw new Error("the scenario is good");
const plan = planRun(parsed.scenario);
const [share] = placeShares(plan, ["w0"]);
if (share === undefined) throw new Error("there is one share");

/** A store that can die between two documents. */
class FragileStore implements SecondStore {
  readonly minutes = new Map<number, StoredMinute>();
  /** How many documents it still takes. */
  left = Infinity;

  async put(minutes: readonly StoredMinute[]): Promise<boolean> {
    for (const minute of minutes) {
      if (this.left-- <= 0) throw new Error("the process died");
      this.minutes.set(minute.minute, structuredClone(minute));
    }
    return true;
  }

  async read(_runId: string, from: number, to: number): Promise<StoredMinute[]> {
    const found = [...this.minutes.values()].filter((m) => m.minute >= from && m.minute <= to);
    return structuredClone(found).sort((a, b) => a.minute - b.minute);
  }

  async removeRun(): Promise<void> {
    this.minutes.clear();
  }
}

const NOTHING = new Uint8Array(0);

/** One iteration begun and one request sent in `second`; `ended` of them ended in it, too. */
function snapshot(seq: number, second: number, ended: number): Snapshot {
  const outcomes = { ok: ended, failed: 0, neutral: 0, interrupted: 0 };
  const counts = { statusCodes: {}, errors: {}, outcomes: {}, phases: {}, checks: {} };
  const latencies = { response: NOTHING, service: NOTHING };
  const due: DueDelta = {
    ...{ second, started: 1, dropped: {}, ...outcomes, iterationDuration: NOTHING },
    steps: [{ step: 0, ...outcomes, ...counts, ...latencies }],
  };
  const wall: WallDelta = {
    ...{ second, inFlight: 1, users: 0, connections: 1, lateness: NOTHING },
    steps: [{ step: 0, sent: 1, completed: ended, bytesSent: 1, bytesReceived: 1, redirects: 0 }],
  };
  return {
    ...{ type: "snapshot", workerId: "w0", share: "0/0", epoch: 1, seq, watermark: second },
    ...{ due: [due], wall: [wall], health: [] },
  };
}

function recordIn(store: FragileStore): RunRecord {
  const sla = new RunSla(plan, () => ({ loadEndSeconds: 300, isLoadOn: true }));
  return new RunRecord("r", plan, store, sla);
}

/** Everything that is counted of the run, from what is stored. */
async function counted(record: RunRecord) {
  for (let second = 0; second < 300; second++) record.close(second, false);
  await record.save(9, 300);
  const { started, iterations, requests } = (await record.finalTotals(299)).merged();
  const live = record.live.merged();
  return { started, iterations, requests, live: [live.started, live.requests] };
}

test(
  "whenever an owner dies, the next one goes on from the store and counts nothing twice",
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 299 }), fc.nat({ max: 1 })), {
          minLength: 1,
          maxLength: 30,
        }),
        fc.nat({ max: 30 }),
        fc.nat({ max: 3 }),
        async (said, savedAfter, documents) => {
          const snapshots = said.map(([second, ended], i) => snapshot(i + 1, second, ended));
          const undisturbed = recordIn(new FragileStore());
          for (const one of snapshots) await undisturbed.merge(share, one);
          await undisturbed.interruptAll({ ...share, seq: snapshots.length });
          const whole = await counted(undisturbed);

          const store = new FragileStore();
          const first = recordIn(store);
          const stored = snapshots.slice(0, savedAfter);
          for (const one of stored) await first.merge(share, one);
          await first.save(1, 0);
          const progress = structuredClone(first.tallies);
          // The rest was merged and in part stored, and nobody was told.
          for (const one of snapshots.slice(savedAfter)) await first.merge(share, one);
          await first.interruptAll({ ...share, seq: snapshots.length });
          store.left = documents;
          await first.save(1, 0).catch(() => {});
          store.left = Infinity;

          const second = recordIn(store);
          await second.resume(progress);
          for (const one of snapshots.slice(savedAfter)) await second.merge(share, one);
          await second.interruptAll({ ...share, seq: snapshots.length });
          expect(await counted(second)).toEqual(whole);
        },
      ),
      { numRuns: 30 },
    );
  },
);
