import { beforeEach, describe, expect, test } from "vitest";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import {
  isShareOver,
  type RunEffect,
  type RunMessage,
  type RunState,
  type ShareRef,
} from "@onrush/shared/run/runMessages.ts";
import { Ownership } from "@onrush/shared/schedule/ownership.ts";
import { scriptUnderWay } from "@onrush/shared/run/runScripts.ts";
import { initialRunState, reduceRun } from "@onrush/shared/run/runReducer.ts";
import type { ListedWorker } from "@onrush/shared/wire/heartbeat.ts";
import { planRun, type RunPlan } from "../planning/runPlan.ts";
import { dueBetween, placeShares } from "../planning/shares.ts";
import { LocalStandings } from "../platform/local/localStandings.ts";
import { TAKE_OVER_LEAD_MS, type TakeOverOptions, TakeOvers } from "./takeOvers.ts";

function planOf(rps: number): RunPlan {
  const parsed = parseScenario({
    ...{ name: "n", targetUrl: "http://h/", durationSeconds: 60 },
    loadProfile: { type: "CONSTANT", initialRps: rps },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return planRun(parsed.scenario);
}
const plan = planOf(100);

const START_MS = 1_000_000;
const clock = { clockOffsetUs: 0, clockErrorUs: 0 };

/** Workers, each heard at an instant, and a run that is told what is found out for it. */
class Found {
  nowMs = START_MS;
  state: RunState;
  readonly heardMs = new Map<string, number>();
  readonly free = new Set<string>();
  readonly reserved = new Set<string>();
  readonly draining = new Set<string>();
  /** The directory cannot be read. */
  isAway = false;
  /** The next answer to a fence is lost on the way. */
  losesAnswer = false;
  /** Our own link has not failed lately. */
  canJudge = true;
  readonly #standings = new LocalStandings();
  readonly #options: TakeOverOptions;
  #takeOvers: TakeOvers;

  constructor(script?: "setup", of: RunPlan = plan) {
    const judges = () => this.canJudge;
    const scripts = { kinds: script === undefined ? [] : [script], limitMs: 60_000 };
    this.state = initialRunState({
      ...{ durationMs: of.durationMs, minDurationMs: of.durationMs, gracefulStopMs: 0 },
      ...{ lostWorkers: "redistribute", barrierMs: 30_000, startLeadMs: 1, scripts },
    });
    this.#options = {
      ...{ runId: "r", plan: of, labels: {} },
      directory: {
        list: async () => {
          if (this.isAway) throw new Error("the link is down");
          return [...this.heardMs].map(([workerId, at]) => ({
            ...listed(workerId, at),
            ...(this.reserved.has(workerId) ? { reservedFor: "r" } : {}),
            ...(this.draining.has(workerId) ? { state: "draining" as const } : {}),
          }));
        },
        fence: async (runId, token, shares) => {
          const isSilent = (id: string) => this.nowMs - (this.heardMs.get(id) ?? 0) > 1_600;
          const paths = this.#standings.fence(runId, token, shares, isSilent);
          if (!this.losesAnswer) return { shares: paths, atMs: this.nowMs };
          this.losesAnswer = false;
          throw new Error("the link is down");
        },
        reserveMore: async () => [...this.free],
      },
      claims: { read: async () => true, claimedBy: () => 0 },
      watch: {
        lastSeenOf: () => ({ lastBeatMs: null, leasedMs: null, absentMs: null }),
        held: new Map(),
        get canJudge() {
          return judges();
        },
      },
      record: { accountedOf: () => 0, startsOf: () => ({ started: 0, dropped: 0 }) },
    };
    this.#takeOvers = new TakeOvers(this.#options);
  }

  /** Another owner goes on with the run as it was stored. */
  resume(stored: RunState): void {
    this.state = stored;
    this.#takeOvers = new TakeOvers(this.#options);
    this.#takeOvers.resume(stored);
  }

  /** Told, and all that is found out by that, as a run's owner does it. */
  async tell(message: RunMessage): Promise<RunEffect[]> {
    const { state, effects } = reduceRun(this.state, message, this.nowMs);
    this.state = state;
    const all = [...effects];
    for (const effect of effects) all.push(...(await this.#find(effect)));
    return all;
  }

  /** A quarter of a second later. */
  async tick(): Promise<void> {
    this.nowMs += 250;
    await this.tell({ type: "tick" });
    for (const effect of this.#takeOvers.unanswered(this.state)) await this.#find(effect);
  }

  async #find(effect: RunEffect): Promise<RunEffect[]> {
    const find = this.#takeOvers.find(effect, this.state, 1, this.nowMs);
    const told = await find.catch(() => []);
    const effects: RunEffect[] = [];
    for (const answer of told) effects.push(...(await this.tell(answer)));
    return effects;
  }

  static async runningOf(of: RunPlan, workerIds: readonly string[]): Promise<Found> {
    const found = new Found(undefined, of);
    await found.place(of, workerIds);
    for (const share of found.state.shares) await found.ready(share);
    return found;
  }

  /** A run with a share on each of these workers, which are reserved for it. */
  static async placed(...workerIds: string[]): Promise<Found> {
    const found = new Found();
    await found.place(plan, workerIds);
    return found;
  }

  /** Whose load has begun. */
  static running(...workerIds: string[]): Promise<Found> {
    return Found.runningOf(plan, workerIds);
  }

  async place(of: RunPlan, workerIds: readonly string[]): Promise<void> {
    this.hear(...workerIds);
    for (const id of workerIds) this.reserved.add(id);
    await this.tell({ type: "placed", shares: placeShares(of, workerIds) });
  }

  ready({ share, workerId, epoch }: ShareRef): Promise<RunEffect[]> {
    return this.tell({ type: "ready", share, workerId, epoch, ...clock });
  }

  /** Who was to take over from the shares that were placed. */
  heirs(): string[] {
    const placed = (path: string) => path.split("/").length === 2;
    return this.state.shares
      .filter(({ share }) => !placed(share))
      .map(({ share, workerId }) => `${share} ${workerId}`);
  }

  hear(...workerIds: string[]): void {
    for (const id of workerIds) this.heardMs.set(id, this.nowMs);
  }
}

function listed(workerId: string, lastSeenMs: number): ListedWorker {
  return {
    ...{ workerId, lastSeenMs, hostname: "host", pid: 1, labels: {}, state: "running" },
    ...{ threads: 1, cpu: 0, rssBytes: 0, mbps: 0, lagMs: 0, clockOffsetUs: 0, clockErrorUs: 0 },
    shares: [],
  };
}

describe("setup whose worker was fenced", () => {
  let found: Found;
  beforeEach(async () => {
    found = new Found("setup");
    found.hear("w0");
    await found.tell({ type: "placed", shares: placeShares(plan, ["w0"]) });
    found.nowMs += 2_000;
  });

  const attempt = () => scriptUnderWay(found.state)?.script;

  test("is done anew by the same one when it comes back and nobody else is free", async () => {
    await found.tell({ type: "workersLost", workerIds: ["w0"] });
    expect(attempt()).toMatchObject({ workerId: "w0", attempt: 1, fenced: true });
    found.hear("w0");
    await found.tick();
    expect(attempt()).toEqual({
      ...{ workerId: "w0", attempt: 2, result: null, sinceMs: START_MS },
    });
  });

  test("goes to another worker that comes free first", async () => {
    await found.tell({ type: "workersLost", workerIds: ["w0"] });
    found.hear("w0", "w1");
    found.free.add("w1");
    await found.tick();
    expect(attempt()).toMatchObject({ workerId: "w1", attempt: 2 });
  });

  test("is done anew, too, when the answer to the fence was lost and it came back", async () => {
    found.losesAnswer = true;
    await found.tell({ type: "workersLost", workerIds: ["w0"] });
    expect(attempt()).toMatchObject({ attempt: 1 });
    found.hear("w0");
    await found.tick();
    expect(attempt()).toMatchObject({ workerId: "w0", attempt: 2 });
  });
});

describe("who could not take over", () => {
  test("is not asked again: the share goes to those that were not asked yet, each once", async () => {
    const found = await Found.running("w0", "w1", "w2");
    found.nowMs += 2_000;
    found.hear("w0", "w1");
    await found.tell({ type: "workersLost", workerIds: ["w2"] });
    const refuse = (share: string, workerId: string) =>
      found.tell({ type: "refused", share, workerId, epoch: 1, reason: "no file" });
    expect(found.heirs()).toEqual(["0/2/0 w0", "0/2/1 w1"]);
    await refuse("0/2/0", "w0");
    expect(found.heirs().slice(2)).toEqual(["0/2/0/0 w1"]);
    await refuse("0/2/0/0", "w1");
    // Nobody is left, until a worker comes.
    expect(found.heirs()).toHaveLength(3);
    found.hear("w3");
    found.free.add("w3");
    await found.tick();
    expect(found.heirs().slice(3)).toEqual(["0/2/0/0/0 w3"]);
  });
});

describe("what was handed back", () => {
  let found: Found;
  beforeEach(async () => {
    found = await Found.running("w0", "w1", "w2");
    found.nowMs += 30_000;
    found.hear("w0", "w1", "w2");
  });

  const handBack = (k: number, reason: "leaving" | "noOwner") =>
    found.tell({
      ...{ type: "handback", share: `0/${k}`, workerId: `w${k}`, epoch: 1 },
      ...{ cutMs: 22_000, reason },
    });

  test("for want of a controller goes to the same workers again, who live and have nothing to do", async () => {
    found.free.add("w3");
    for (const k of [0, 1, 2]) await handBack(k, "noOwner");
    expect(found.heirs()).toEqual(["0/0/0 w0", "0/1/0 w1", "0/2/0 w2"]);
    // Begun as soon as they can be asked; what was due meanwhile is lost.
    const cutMs = found.nowMs + 500 - (found.state.startAtMs ?? 0);
    expect(found.state.shares.map((share) => share.cutMs)).toEqual([
      ...[cutMs, cutMs, cutMs, null, null, null],
    ]);
  });

  test("never goes to who is about to end, also before its heartbeat says so", async () => {
    await handBack(0, "leaving");
    expect(found.heirs()).toEqual(["0/0/0 w1", "0/0/1 w2"]);
    found.draining.add("w1");
    await handBack(1, "noOwner");
    expect(found.heirs().slice(2)).toEqual(["0/1/0 w2"]);
  });

  test("waits for a worker while everybody is about to end", async () => {
    for (const k of [0, 1, 2]) found.draining.add(`w${k}`);
    for (const k of [0, 1, 2]) await handBack(k, "leaving");
    expect(found.heirs()).toEqual([]);
    found.hear("w3");
    found.free.add("w3");
    await found.tick();
    expect(found.heirs()).toEqual(["0/0/0 w3", "0/1/0 w3", "0/2/0 w3"]);
  });

  test("a worker that was lost and came back takes its part again when nobody has it", async () => {
    found = await Found.running("w0");
    found.nowMs += 2_000;
    await found.tell({ type: "workersLost", workerIds: ["w0"] });
    expect(found.heirs()).toEqual([]);
    found.hear("w0");
    await found.tick();
    expect(found.heirs()).toEqual(["0/0/0 w0"]);
  });
});

describe("what is left before the start", () => {
  const leave = (found: Found, workerId: string, share: string) =>
    found.tell({
      ...{ type: "handback", workerId, share, epoch: 1, cutMs: 0, reason: "leaving" },
    });
  const carriers = ({ state }: Found) => state.shares.map((s) => `${s.workerId} ${s.phase}`);

  test("goes to a worker that comes free while its own ends", async () => {
    const found = await Found.placed("w0");
    found.draining.add("w0");
    await leave(found, "w0", "0/0");
    await found.tick();
    expect(carriers(found)).toEqual(["w0 lost"]);
    found.hear("w1");
    found.free.add("w1");
    await found.tick();
    expect(carriers(found)).toEqual(["w1 assigned"]);
  });

  test("is looked for again when that failed once, and nothing begins without it", async () => {
    const found = await Found.placed("w0", "w1");
    found.draining.add("w0");
    found.isAway = true;
    await leave(found, "w0", "0/0");
    found.isAway = false;
    await found.ready({ workerId: "w1", share: "0/1", epoch: 1 });
    expect(found.state.phase).toBe("PREPARING");
    await found.tick();
    expect(carriers(found)).toEqual(["w1 assigned", "w1 ready"]);
    const [anew] = found.state.shares;
    if (anew !== undefined) await found.ready(anew);
    expect(found.state.phase).toBe("RUNNING");
  });

  test("is not taken from a worker that was silent and is heard again before its epoch rises", async () => {
    const found = await Found.placed("w0", "w1");
    const effects = await found.tell({ type: "workersLost", workerIds: ["w0"] });
    expect(effects.map(({ type }) => type)).toEqual(["fence"]);
    expect(found.state.shares[0]).toMatchObject({ workerId: "w0", epoch: 1, phase: "assigned" });
    found.nowMs += 2_000;
    found.hear("w1");
    await found.tell({ type: "workersLost", workerIds: ["w0"] });
    expect(carriers(found)).toEqual(["w1 assigned", "w1 assigned"]);
    expect(found.state.shares[0]?.epoch).toBe(3);
  });
});

describe("survivors that are lost in turn", () => {
  const workerIds = Array.from({ length: 12 }, (_, k) => `w${k}`);
  const busy = planOf(1_000);
  /** Nine of twelve, one every five seconds. */
  async function nineDied(): Promise<Found> {
    const found = await Found.runningOf(busy, workerIds);
    for (let dead = 1; dead <= 9; dead++) {
      found.nowMs += 5_000;
      found.hear(...workerIds.slice(dead));
      await found.tell({ type: "workersLost", workerIds: workerIds.slice(dead - 1, dead) });
    }
    return found;
  }

  test("leave as many shares as workers, and with each loss one per survivor at the most", async () => {
    const { state } = await nineDied();
    const live = state.shares.filter((share) => !isShareOver(share));
    // All that was lost anew, and a part more for each survivor but one.
    const most = 12 + (10 + 9 + 8 + 7 + 6 + 5 + 4 + 3 + 2);
    expect(live.length).toBeLessThanOrEqual(most);
    expect(live.every(({ planned }) => planned > 0)).toBe(true);
  });

  test("leave every arrival to exactly one, and the rest of the load evenly divided", async () => {
    const { state, nowMs } = await nineDied();
    const owned = state.shares.flatMap(({ ownership, planned }) => {
      const numbers = new Ownership(ownership);
      return Array.from({ length: planned }, (_, local) => numbers.arrival(local));
    });
    expect(owned.toSorted((a, b) => a - b)).toEqual([...Array(60_000).keys()]);
    const cutUs = (nowMs - (state.startAtMs ?? 0) + TAKE_OVER_LEAD_MS) * 1000;
    const left = workerIds
      .slice(9)
      .map((id) =>
        state.shares
          .filter((share) => share.workerId === id && !isShareOver(share))
          .reduce((sum, share) => sum + dueBetween(busy, share, cutUs, 60e6), 0),
      );
    const even = left.reduce((sum, one) => sum + one, 0) / left.length;
    for (const one of left) expect(Math.abs(one / even - 1)).toBeLessThan(0.03);
  });
});

describe("who goes on with a run", () => {
  /** Another owner has fenced w1, and died before that was stored; w1 has come back. */
  async function fencedUnstored(): Promise<Found> {
    const found = await Found.running("w0", "w1");
    const stored = found.state;
    found.nowMs += 2_000;
    found.hear("w0");
    await found.tell({ type: "workersLost", workerIds: ["w1"] });
    found.hear("w0", "w1");
    found.resume(stored);
    return found;
  }
  const phases = ({ state }: Found) => state.shares.map((s) => `${s.share} ${s.phase}`);

  test("asks for what may have been fenced: its worker has ended it, though it is heard", async () => {
    const found = await fencedUnstored();
    expect(phases(found)).toEqual(["0/0 running", "0/1 running"]);
    await found.tick();
    expect(phases(found)).toEqual(["0/0 running", "0/1 lost", "0/1/0 assigned"]);
    await found.tick();
    expect(phases(found)).toHaveLength(3);
  });

  test("and so it is before the start", async () => {
    const found = await Found.placed("w0", "w1");
    const stored = found.state;
    found.nowMs += 2_000;
    found.hear("w0");
    await found.tell({ type: "workersLost", workerIds: ["w1"] });
    found.hear("w0", "w1");
    found.resume(stored);
    await found.tick();
    expect(found.state.shares[1]).toMatchObject({ epoch: 3, phase: "assigned" });
  });

  test("but not before whoever lives has had time to be heard", async () => {
    const found = await fencedUnstored();
    found.canJudge = false;
    await found.tick();
    expect(phases(found)).toEqual(["0/0 running", "0/1 running"]);
    found.canJudge = true;
    await found.tick();
    expect(phases(found)).toContain("0/1 lost");
  });

  test("spares who was heard and not fenced", async () => {
    const found = await Found.running("w0", "w1");
    found.nowMs += 1_000;
    found.resume(found.state);
    await found.tick();
    expect(phases(found)).toEqual(["0/0 running", "0/1 running"]);
  });
});
