import { beforeEach, expect, test } from "vitest";
import type { RunState, ShareState } from "@onrush/shared/run/runMessages.ts";
import { RunSla } from "../analysis/runSla.ts";
import { planRun } from "../planning/runPlan.ts";
import type { ShareEpoch } from "../platform/ports.ts";
import type { SecondStore } from "../results/secondStore.ts";
import { RunClaims } from "./runClaims.ts";
import { RunDocument } from "./runDocument.ts";
import { RunKeeper } from "./runKeeper.ts";
import { RunRecord } from "./runRecord.ts";
import { newRun, storedScenario } from "./runs.testing.ts";
import { RunStandings } from "./runStandings.ts";
import type { RunStore } from "./runStore.ts";

const run = newRun("run");
const plan = planRun(storedScenario);

/** What has been done, in its order. */
let log: string[];
/** What the stores answer: taken, refused for a newer owner's sake, or nothing. */
let seconds: boolean | Error;
let document: boolean | Error;
/** What the link answers with. */
let link: Error | undefined;
let record: RunRecord;
let stored: RunDocument;
let keeper: RunKeeper;

async function store(name: string, answer: boolean | Error): Promise<boolean> {
  if (answer instanceof Error) throw answer;
  if (answer) log.push(name);
  return answer;
}

beforeEach(() => {
  log = [];
  seconds = document = true;
  link = undefined;
  const runs = {
    update: () => store("document", document),
    get: async () => ({ ...run, token: 99 }),
  } as Partial<RunStore> as RunStore;
  const minutes = {
    put: () => store("seconds", seconds),
    read: async () => [],
  } as Partial<SecondStore> as SecondStore;
  const directory = {
    claims: async () => undefined,
    restore: async () => {},
    async setShares(_runId: string, _token: number, shares: readonly ShareEpoch[]) {
      if (link !== undefined) throw link;
      log.push(`acknowledged ${shares.map(({ ackedSeq }) => ackedSeq).join()}`);
      return true;
    },
  };
  const sla = new RunSla(plan, () => ({ loadEndSeconds: 60, isLoadOn: true }));
  record = new RunRecord("run", plan, minutes, sla);
  stored = new RunDocument(run, runs);
  const claims = new RunClaims("run", plan, directory, new Map());
  const told = { directory, control: { send: async () => {} } };
  const watch = { listed: async () => new Set<string>(), leased: () => {} };
  const standings = new RunStandings("run", claims, told, watch);
  keeper = new RunKeeper(stored, record, standings, {
    trim: async (_runId, position) => void log.push(`trimmed to ${position}`),
  });
});

/** The run as it is when snapshot `seq` is merged, which stood at `seq` of the stream. */
function merged(seq: number): RunState {
  record.setLost(0, seq, 1);
  stored.change({ streamPosition: `${seq}-0` });
  const share = { share: "0/0", workerId: "w1", phase: "running", epoch: 1, seq } as ShareState;
  return { shares: [share], startAtMs: 0, nextSecond: 0 } as unknown as RunState;
}

const save = async (state: RunState) =>
  (await keeper.save(state, run.view)) && (await keeper.acknowledge());

test("seconds are stored first, then the document, then it is acknowledged, then let go", async () => {
  expect(await save(merged(3))).toBe(true);
  expect(log).toEqual(["seconds", "document", "acknowledged 3", "trimmed to 3-0"]);
  expect(keeper.changed).toBe(false);
});

test.each(["seconds", "document"])(
  "what was merged while no %s could be stored is neither acknowledged nor let go before it is stored",
  async (what) => {
    await save(merged(3));
    log = [];
    if (what === "seconds") seconds = new Error("away");
    else document = new Error("away");
    await expect(save(merged(4))).rejects.toThrow("away");
    // Acknowledgements also go out for their own sake, when a share ends for example.
    merged(5);
    await keeper.acknowledge();
    expect(log.filter((done) => !/^(seconds|document)$/.test(done))).toEqual(["acknowledged 3"]);
    expect(keeper.changed, "it is tried again").toBe(true);

    seconds = document = true;
    log = [];
    await save(merged(6));
    expect(log).toEqual(["seconds", "document", "acknowledged 6", "trimmed to 6-0"]);
  },
);

test.each(["seconds", "document"])(
  "an owner whose %s are refused for a newer one's acknowledges and lets go nothing",
  async (what) => {
    if (what === "seconds") seconds = false;
    else document = false;
    expect(await save(merged(3))).toBe(false);
    expect(log.filter((done) => /acknowledged|trimmed/.test(done))).toEqual([]);
    expect(keeper.isFresh).toBe(false);
  },
);

test("what a newer epoch has not reported yet is not acknowledged by what the older one had", async () => {
  await save(merged(3));
  const state = merged(0);
  log = [];
  const [share] = state.shares;
  if (share === undefined) throw new Error("there is one share");
  await save({ ...state, shares: [{ ...share, epoch: 2 }] });
  expect(log).toContain("acknowledged 0");
});

test("an acknowledgement that fails is none of the store, and is made up for by the next one", async () => {
  const state = merged(3);
  expect(await keeper.save(state, run.view)).toBe(true);
  link = new Error("away");
  await expect(keeper.acknowledge()).rejects.toThrow("away");
  expect(keeper.isFresh).toBe(true);
  link = undefined;
  log = [];
  await keeper.acknowledge();
  expect(log).toEqual(["acknowledged 3", "trimmed to 3-0"]);
});

test("a run is held for ours for a while after the store has taken it, and not before", async () => {
  expect(keeper.isFresh).toBe(false);
  await save(merged(3));
  expect(keeper.isFresh).toBe(true);
});
