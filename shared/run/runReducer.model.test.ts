import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { RunEffect, RunMessage, RunState, ShareRef } from "./runMessages.ts";
import { initialRunState, reduceRun } from "./runReducer.ts";
import { hasEnded, nextState, type RunPhase, runStates, type RunTrigger } from "./runState.ts";
import { placedShare, someTotals } from "./runs.testing.ts";

/**
 * A run against honest workers behind a network that delays, reorders, doubles and drops messages
 * (workers send again what is not acknowledged), with workers dying and a stop at any moment.
 */

interface Plan {
  seed: number;
  shares: number;
  workers: number;
  seconds: number;
  lostWorkers: "degrade" | "fail";
  /** In percent, for each step of the model. */
  death: number;
  drop: number;
  double: number;
  stop: boolean;
  forge: boolean;
}

type Snapshot = Extract<RunMessage, { type: "snapshot" }>;

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  shares: fc.integer({ min: 1, max: 5 }),
  workers: fc.integer({ min: 1, max: 4 }),
  seconds: fc.integer({ min: 1, max: 5 }),
  lostWorkers: fc.constantFrom("degrade", "degrade", "degrade", "fail"),
  death: fc.constantFrom(0, 0, 1, 3),
  drop: fc.constantFrom(0, 20, 50),
  double: fc.constantFrom(0, 20, 50),
  stop: fc.boolean(),
  forge: fc.boolean(),
});

/** mulberry32: the choices of the model, repeatable from the seed. */
function dice(seed: number): (sides: number) => number {
  let a = seed;
  return (sides) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

const triggers: RunTrigger[] = [
  ...(["placed", "started", "stopRequested", "allReported"] as const),
  ...(["finished", "stopped", "failed"] as const),
];
/** Phases one message can lead through: reporting the last share may end the run at once. */
function reachable(from: RunPhase): Set<RunPhase> {
  const next = triggers.flatMap((trigger) => nextState(from, trigger) ?? []);
  const then = next.flatMap((phase) => triggers.flatMap((t) => nextState(phase, t) ?? []));
  return new Set([from, ...next, ...(next.includes("STOPPING") ? then : []), ...endsOf(from)]);
}
const endsOf = (from: RunPhase) => (from === "STOPPING" ? runStates.filter(hasEnded) : []);

/** One share on its worker: says everything once, and again until it is acknowledged. */
class HonestShare {
  readonly ref: ShareRef;
  readonly sent: RunMessage[] = [];
  readonly unacknowledged: Snapshot[] = [];
  /** The last second the share reports: the end of the load and a while for the last answers. */
  readonly #lastWatermark: number;
  #watermark = -1;
  #seq = 0;
  #said = 0;
  isOver = false;

  constructor(ref: ShareRef, lastWatermark: number) {
    this.ref = ref;
    this.#lastWatermark = lastWatermark;
  }

  /** The next thing it has to say at this time, if any. */
  next(started: boolean, elapsedMs: number, stopped: boolean): RunMessage | undefined {
    if (this.isOver) return undefined;
    if (this.#said < 2) {
      this.#said++;
      return this.#said === 1
        ? { type: "accepted", ...this.ref }
        : { type: "ready", ...this.ref, clockOffsetUs: 0, clockErrorUs: 0 };
    }
    const passed = Math.floor(elapsedMs / 1000) - 1;
    const isLast = stopped || this.#watermark === this.#lastWatermark;
    if (!started || (!isLast && passed <= this.#watermark)) return undefined;
    if (!isLast) this.#watermark++;
    this.isOver = isLast;
    const snapshot: Snapshot = {
      ...{ type: "snapshot", ...this.ref, seq: ++this.#seq, watermark: this.#watermark },
      ...{ lastSecond: this.#watermark, totals: isLast ? someTotals : null },
    };
    this.unacknowledged.push(snapshot);
    return snapshot;
  }

  acknowledge(seq: number): void {
    while ((this.unacknowledged[0]?.seq ?? Infinity) <= seq) this.unacknowledged.shift();
  }
}

/** Watches every step for what must hold in all of them. */
class Watch {
  readonly merged = new Map<string, number>();
  readonly watermarks = new Map<string, number>();
  /** Share to the seconds whose arrivals were counted as lost. */
  readonly lost = new Map<string, number[]>();
  readonly closed: number[] = [];
  starts = 0;
  finishes: string[] = [];
  lastData = -1;
  readonly readyShares = new Set<string>();

  see(before: RunState, message: RunMessage, after: RunState, effects: readonly RunEffect[]): void {
    expect(reachable(before.phase)).toContain(after.phase);
    if (hasEnded(before.phase)) {
      expect(after).toEqual(before);
      expect(effects).toEqual([]);
      return;
    }
    if (message.type === "ready") this.readyShares.add(message.share);
    for (const effect of effects) this.#effect(effect, message, after);
    if (hasEnded(after.phase)) expect(this.finishes).toHaveLength(1);
  }

  #effect(effect: RunEffect, message: RunMessage, after: RunState): void {
    switch (effect.type) {
      case "start":
        this.starts++;
        expect(this.starts).toBe(1);
        expect(after.shares.every((s) => this.readyShares.has(s.share))).toBe(true);
        return;
      case "merge":
        return this.#merge(effect.share, message);
      case "countLost": {
        const { share } = effect.share;
        expect(this.lost.has(share)).toBe(false);
        expect(effect.fromSecond).toBe((this.watermarks.get(share) ?? -1) + 1);
        // What is closed is counted now, the rest as its seconds close.
        expect(effect.toSecond).toBe(this.closed.length - 1);
        this.lost.set(share, []);
        for (let s = effect.fromSecond; s <= effect.toSecond; s++) this.lost.get(share)?.push(s);
        return;
      }
      case "close": {
        expect(effect.second).toBe(this.closed.length);
        this.closed.push(effect.second);
        for (const { share, phase, watermark } of after.shares) {
          if (phase === "lost" && watermark < effect.second) {
            this.lost.get(share)?.push(effect.second);
          }
        }
        const live = after.shares.filter((s) => s.phase === "running");
        const passed = live.every((s) => s.watermark >= effect.second);
        // A failed run is cut off, so what was open then is partial.
        expect(effect.partial).toBe(!passed || after.phase === "FAILED");
        return;
      }
      case "finish":
        this.finishes.push(effect.end);
        return;
      case "assign":
      case "stop":
      case "abort":
      case "acknowledge":
      case "event":
    }
  }

  #merge(share: ShareRef, message: RunMessage): void {
    if (message.type !== "snapshot") expect.fail("only a snapshot can be merged");
    const { workerId, epoch, seq, watermark } = message;
    expect({ workerId, epoch, share: message.share }).toEqual({
      ...{ workerId: share.workerId, epoch: share.epoch, share: share.share },
    });
    const key = `${share.share} ${epoch}`;
    expect(seq).toBe((this.merged.get(key) ?? 0) + 1);
    expect(this.lost.has(share.share)).toBe(false);
    this.merged.set(key, seq);
    this.watermarks.set(share.share, watermark);
    this.lastData = Math.max(this.lastData, message.lastSecond);
  }
}

function simulate(plan: Plan): { state: RunState; watch: Watch; loadSeconds: number } {
  const roll = dice(plan.seed);
  const percent = (chance: number) => roll(100) < chance;
  const settings = {
    ...{ durationMs: plan.seconds * 1000, minDurationMs: plan.seconds * 1000 },
    ...{ gracefulStopMs: 2_000, lostWorkers: plan.lostWorkers },
    ...{ barrierMs: 30_000, startLeadMs: 150 },
  };
  let state = initialRunState(settings);
  let nowMs = 5_000_000;
  let stoppedAtMs: number | null = null;
  const watch = new Watch();
  const tell = (message: RunMessage) => {
    const step = reduceRun(state, message, nowMs);
    watch.see(state, message, step.state, step.effects);
    state = step.state;
  };

  const placed = Array.from({ length: plan.shares }, (_, k) =>
    placedShare(k, `w${k % plan.workers}`),
  );
  tell({ type: "placed", shares: placed });
  const shares = placed.map(
    ({ share, workerId, epoch }) =>
      new HonestShare({ share, workerId, epoch }, plan.seconds - 1 + roll(2)),
  );
  const dead = new Set<string>();
  const network: RunMessage[] = [];

  const speak = (share: HonestShare) => {
    if (dead.has(share.ref.workerId)) return;
    const { startAtMs } = state;
    const started = startAtMs !== null && nowMs >= startAtMs;
    const said = share.next(started, nowMs - (startAtMs ?? nowMs), stoppedAtMs !== null);
    if (said === undefined) return;
    // Accepted and ready are never lost on the way: the stream takes them or the worker tries on.
    if (said.type !== "snapshot" || !percent(plan.drop)) network.push(said);
    if (percent(plan.double)) network.push(said);
  };
  const resend = (share: HonestShare) => {
    const known = state.shares.find((s) => s.share === share.ref.share);
    if (known?.phase !== "lost") share.acknowledge(known?.seq ?? 0);
    if (!dead.has(share.ref.workerId)) network.push(...share.unacknowledged);
  };
  const deliver = () => {
    const [message] = network.splice(roll(network.length), 1);
    if (message !== undefined) tell(message);
  };
  const stop = () => {
    tell({ type: "stopRequested" });
    if (!hasEnded(state.phase)) stoppedAtMs ??= nowMs;
  };
  const forge = () => {
    const ref = { workerId: `w${roll(6)}`, share: `0/${roll(6)}`, epoch: roll(3) };
    const real = state.shares.find((s) => s.share === ref.share);
    if (real?.workerId === ref.workerId && real.epoch === ref.epoch) return;
    const seq = (real?.seq ?? 0) + 1;
    const before = state;
    tell({ type: "snapshot", ...ref, seq, watermark: 99, lastSecond: 99, totals: someTotals });
    tell({ type: "ready", ...ref, clockOffsetUs: 0, clockErrorUs: 0 });
    // Time may close seconds; whose they are must not change.
    expect(state.shares).toEqual(before.shares);
    expect(state.lastSecond).toBe(before.lastSecond);
  };

  for (let i = 0; i < 250 && !hasEnded(state.phase); i++) {
    const share = shares[roll(shares.length)] as HonestShare;
    const choice = roll(10);
    if (choice < 4) speak(share);
    else if (choice < 7) deliver();
    else if (choice === 7) resend(share);
    else if (plan.forge && choice === 8) forge();
    else {
      nowMs += roll(300);
      tell({ type: "tick" });
    }
    if (percent(plan.death)) dead.add(share.ref.workerId);
    if (dead.size > 0 && percent(10)) tell({ type: "workersLost", workerIds: [...dead] });
    if (plan.stop && stoppedAtMs === null && percent(1)) stop();
  }
  // Then the network is good again and time goes on.
  for (let i = 0; i < 60 && !hasEnded(state.phase); i++) {
    for (const share of shares) {
      speak(share);
      resend(share);
    }
    while (network.length > 0) deliver();
    nowMs += 1_000;
    tell({ type: "tick" });
  }
  const loadMs = Math.min(
    settings.durationMs,
    stoppedAtMs === null ? Infinity : stoppedAtMs - (state.startAtMs ?? stoppedAtMs),
  );
  // Nothing that still arrives may change an ended run.
  for (const share of shares) for (const message of share.unacknowledged) tell(message);
  return { state, watch, loadSeconds: Math.ceil(loadMs / 1000) };
}

test("whatever the network does and whoever dies, a run accounts for everything and ends", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { state, watch, loadSeconds } = simulate(plan);
      expect(hasEnded(state.phase)).toBe(true);
      expect(watch.finishes).toHaveLength(1);
      if (state.phase === "FAILED" || state.startAtMs === null) return;
      for (const { share, phase, watermark } of state.shares) {
        // Every share has either reported its end or lost what it had not reported.
        expect(["final", "lost"]).toContain(phase);
        expect(watch.lost.has(share)).toBe(phase === "lost");
        expect(watermark).toBe(watch.watermarks.get(share) ?? -1);
        // Each second of load that a lost share had not reported is counted, exactly once.
        const owed = Array.from({ length: loadSeconds }, (_, s) => s).filter((s) => s > watermark);
        const counted = (watch.lost.get(share) ?? []).filter((s) => s < loadSeconds);
        expect(counted).toEqual(phase === "lost" ? owed : []);
      }
      // Every second that holds data is closed: none is left out of the summary.
      expect(watch.closed.length).toBeGreaterThan(watch.lastData);
    }),
    { numRuns: 400 },
  );
});

test("with nobody dying and no stop every run completes with nothing lost", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { state, watch } = simulate({ ...plan, death: 0, stop: false });
      expect(state.phase).toBe("COMPLETED");
      expect(watch.lost.size).toBe(0);
      expect(state.shares.map((s) => s.phase)).toEqual(state.shares.map(() => "final"));
    }),
    { numRuns: 150 },
  );
});
