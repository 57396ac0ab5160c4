import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { initialRunState } from "@onrush/shared/run/runReducer.ts";
import type { RunState, ShareState } from "@onrush/shared/run/runMessages.ts";
import type { ShareTotals, Snapshot } from "@onrush/shared/wire/reports.ts";
import { RunSla } from "../analysis/runSla.ts";
import { CommonTime } from "../platform/commonTime.ts";
import { createLocalWorkerLink } from "../platform/local/localWorkerLink.ts";
import { IN_MEMORY, openSqlite } from "../platform/sqlite/sqliteStores.ts";
import type { Stores } from "../platform/stores.ts";
import { planRun } from "../planning/runPlan.ts";
import { placeShares } from "../planning/shares.ts";
import type { SecondStore } from "../results/secondStore.ts";
import { RunAccounts } from "./runAccounts.ts";
import { readClosed, RunRecord } from "./runRecord.ts";
import { newRun, quiet, storedScenario } from "./runs.testing.ts";
import { runSettings } from "./runSettings.ts";
import { RunService } from "./runService.ts";

/**
 * A share may be minutes behind its time when it is lost: its arrivals wait in its worker's queue,
 * or its reports do. The seconds that it still owes are closed and stored by then.
 */

const LOAD_SECONDS = 400;
const parsed = parseScenario({
  ...{ name: "n", targetUrl: "http://h/", durationSeconds: LOAD_SECONDS },
  ...{ loadProfile: { type: "CONSTANT", initialRps: 4 }, lostWorkers: "degrade" },
});
if (!parsed.ok) throw new Error("the scenario is good");
const scenario = { ...storedScenario, ...parsed.scenario };
const plan = planRun(scenario);
const NOTHING = new Uint8Array(0);

/** What a share is due in each second was begun and has ended in it: two iterations. */
function snapshotOf({ share, workerId, epoch }: ShareState, second: number): Snapshot {
  const outcomes = { ok: 2, failed: 0, neutral: 0, interrupted: 0 };
  const counts = { statusCodes: {}, errors: {}, outcomes: {}, phases: {}, checks: {} };
  const step = { step: 0, ...outcomes, ...counts, response: NOTHING, service: NOTHING };
  const sent = { step: 0, sent: 2, completed: 2, bytesSent: 1, bytesReceived: 1, redirects: 0 };
  const due = { second, started: 2, dropped: {}, ...outcomes, iterationDuration: NOTHING };
  const wall = { second, inFlight: 0, users: 0, connections: 1, lateness: NOTHING };
  return {
    ...{ type: "snapshot", workerId, share, epoch, seq: second + 1, watermark: second },
    ...{ due: [{ ...due, steps: [step] }], wall: [{ ...wall, steps: [sent] }], health: [] },
  };
}

/** All of its arrivals, begun and ended. */
function totalsOf({ planned }: ShareState): ShareTotals {
  const outcomes = { ok: planned, failed: 0, neutral: 0, interrupted: 0 };
  return {
    ...{ scheduled: planned, started: planned, dropped: {}, endedMs: LOAD_SECONDS * 1000 },
    ...{ iterations: outcomes, requests: { sent: planned, ...outcomes } },
  };
}

function recordIn(store: SecondStore) {
  const sla = new RunSla(plan, () => ({ loadEndSeconds: LOAD_SECONDS, isLoadOn: true }));
  const record = new RunRecord("r", plan, store, sla);
  return { record, accounts: new RunAccounts(plan, record, sla, new Map()) };
}

/** Both workers until `behindFrom`, then one of them alone, until `closed` seconds are closed. */
async function carried(store: SecondStore, behindFrom: number, closed: number) {
  const { record, accounts } = recordIn(store);
  const [ahead, behind] = placeShares(plan, ["ahead", "behind"]).map((share): ShareState => ({
    ...share,
    phase: "running",
  }));
  if (ahead === undefined || behind === undefined) throw new Error("there are two shares");
  for (let second = 0; second < closed; second++) {
    await record.merge(ahead, snapshotOf(ahead, second));
    if (second < behindFrom) await record.merge(behind, snapshotOf(behind, second));
    record.close(second, second >= behindFrom);
    if (second % 20 === 19) await record.save(1, second + 1);
  }
  record.corrections();
  await record.save(1, closed);
  const state: RunState = {
    ...{ ...initialRunState(runSettings(plan, "local")), phase: "RUNNING", startAtMs: 0 },
    ...{ nextSecond: closed, lastSecond: closed - 1 },
    shares: [
      { ...ahead, seq: closed, watermark: closed - 1 },
      { ...behind, seq: behindFrom, watermark: behindFrom - 1 },
    ],
  };
  return { record, accounts, state };
}

const brief = async (store: SecondStore) => {
  const seconds = await readClosed(store, "r", 0, LOAD_SECONDS);
  return seconds.map(({ second, workloads }) => [
    second,
    workloads[0]?.started ?? 0,
    workloads[0]?.lost ?? 0,
  ]);
};

const succeeds = (work: Promise<unknown>) =>
  work.then(
    () => true,
    () => false,
  );

let stores: Stores;
beforeEach(async () => {
  stores = await openSqlite(IN_MEMORY);
});
afterEach(() => stores.close());

test(
  "however far behind a share is lost, what others had stored stays, and what it owes is lost",
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: LOAD_SECONDS }),
        fc.nat({ max: LOAD_SECONDS }),
        fc.array(fc.nat({ max: 8 }), { maxLength: 4 }),
        async (closed, lag, failing) => {
          const store = (await openSqlite(IN_MEMORY)).seconds;
          const behindFrom = Math.max(0, closed - lag);
          const { record, accounts, state } = await carried(store, behindFrom, closed);
          const [ahead, behind] = state.shares;
          if (ahead === undefined || behind === undefined) throw new Error("there are two shares");
          const loss = { atMs: closed * 1000, lastBeatMs: null, unreported: 0 };
          const lost: RunState = {
            ...state,
            shares: [ahead, { ...behind, phase: "lost", epoch: 2, loss }],
          };
          // The store fails now and then, and everything is tried again.
          const read = store.read.bind(store);
          let reads = 0;
          store.read = async (...args) => {
            if (failing.includes(reads++)) throw new Error("the store is away");
            return read(...args);
          };
          const count = async () => {
            await record.interruptAll({ ...behind, loss });
            const seconds = { fromSecond: behindFrom, toSecond: closed - 1 };
            await accounts.recountLost(lost, seconds, () => record.save(1, closed));
          };
          let tries = 1;
          while (!(await succeeds(count()))) expect(tries++).toBeLessThanOrEqual(failing.length);
          await record.save(1, closed);
          store.read = read;
          const wanted = Array.from({ length: closed }, (_, second) =>
            second < behindFrom ? [second, 4, 0] : [second, 2, 2],
          );
          expect(await brief(store)).toEqual(wanted);
          const live = record.live.merged();
          expect([live.started, live.lost]).toEqual([
            2 * (closed + behindFrom),
            2 * (closed - behindFrom),
          ]);
        },
      ),
      { numRuns: 15 },
    );
  },
);

test("a worker that is given up minutes behind its time costs a run nothing that was stored", async () => {
  const { record, state } = await carried(stores.seconds, 20, LOAD_SECONDS);
  const link = createLocalWorkerLink();
  const time = new CommonTime(link.clock);
  const [ahead, behind] = state.shares;
  if (ahead === undefined || behind === undefined) throw new Error("there are two shares");
  const stored: RunState = {
    ...state,
    // Long past its end, so that whoever never reported it is given up at once.
    startAtMs: Math.floor(time.nowMs()) - 1_000_000,
    shares: [{ ...ahead, phase: "final", totals: totalsOf(ahead) }, behind],
  };
  const run = { ...newRun("r"), scenario, progress: { state: stored, tallies: record.tallies } };
  await stores.runs.create(run);
  const service = new RunService({
    ...{ link, time, logger: quiet, runs: stores.runs, seconds: stores.seconds },
    ...{ owner: { id: "me", url: "" }, files: { touch: async () => false } },
  });
  await service.open();
  await expect.poll(async () => (await service.get("r"))?.state).toBe("COMPLETED");
  await service.close(1_000);
  const view = await service.get("r");
  expect(view?.ledger).toMatchObject({ scheduled: 1_600, started: 840, ok: 840, lost: 760 });
  expect(view?.verdict.reasons).toEqual([
    expect.stringContaining("760 arrivals (47.5 %) were lost"),
    expect.stringContaining("worker behind was lost"),
  ]);
  const wanted = Array.from({ length: LOAD_SECONDS }, (_, second) =>
    second < 20 ? [second, 4, 0] : [second, 2, 2],
  );
  expect(await brief(stores.seconds)).toEqual(wanted);
});
