import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NO_OWNER_LIMIT_MS } from "../wire/heartbeat.ts";
import type { ScriptKind } from "../wire/script.ts";
import { lostPart } from "./lostPart.ts";
import type {
  RunEffect,
  RunMessage,
  RunState,
  ScriptState,
  ShareRef,
  ShareState,
} from "./runMessages.ts";
import { hasScript, scriptsOf, scriptUnderWay } from "./runScripts.ts";
import { initialRunState, reduceRun } from "./runReducer.ts";
import { hasEnded, nextState, type RunPhase, runStates, type RunTrigger } from "./runState.ts";
import { heirOf, placedShare, someTotals } from "./runs.testing.ts";

/**
 * A run against honest workers behind a network that delays, reorders, doubles and drops messages
 * (workers send again what is not acknowledged), with workers dying and leaving, others taking
 * over, and a stop at any moment.
 */

interface Plan {
  seed: number;
  shares: number;
  workers: number;
  seconds: number;
  lostWorkers: RunState["settings"]["lostWorkers"];
  /** In percent, for each step of the model. */
  death: number;
  leaving: number;
  /** Nothing is heard for so long, once. */
  outageMs: number;
  /** Workers hear of no controller while nothing is heard of them, and hand their shares back. */
  ownerless: boolean;
  drop: number;
  double: number;
  stop: boolean;
  forge: boolean;
  scripts: ScriptKind[];
  /** In percent, for each attempt of a script. */
  scriptFails: number;
  /** In percent, for each share that is to be taken over. */
  refusal: number;
}

type Snapshot = Extract<RunMessage, { type: "snapshot" }>;

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  shares: fc.integer({ min: 1, max: 5 }),
  workers: fc.integer({ min: 1, max: 4 }),
  seconds: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
    { weight: 1, arbitrary: fc.constant(60) },
  ),
  lostWorkers: fc.constantFrom("redistribute", "redistribute", "degrade", "degrade", "fail"),
  death: fc.constantFrom(0, 0, 1, 3),
  leaving: fc.constantFrom(0, 0, 1, 3),
  outageMs: fc.constantFrom(0, 0, 5_000, 25_000),
  ownerless: fc.boolean(),
  drop: fc.constantFrom(0, 20, 50),
  double: fc.constantFrom(0, 20, 50),
  stop: fc.boolean(),
  forge: fc.boolean(),
  scripts: fc.subarray<ScriptKind>(["setup", "teardown"]),
  scriptFails: fc.constantFrom(0, 0, 50),
  refusal: fc.constantFrom(0, 30),
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
  ...(["tornDown", "finished", "stopped", "failed"] as const),
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
  readonly #fromMs: number;
  /** The last second the share reports: the end of the load and a while for the last answers. */
  #lastWatermark: number;
  #watermark = -1;
  #seq = 0;
  #said = 0;
  isOver = false;
  /** It begins nothing due from here on; null before it was handed back. */
  cutMs: number | null = null;

  constructor(ref: ShareRef, lastWatermark: number, fromMs = 0) {
    this.ref = ref;
    this.#lastWatermark = lastWatermark;
    this.#fromMs = fromMs;
    this.#watermark = Math.min(Math.floor(fromMs / 1000) - 1, lastWatermark);
  }

  /** Ends a second from now, or at once when it has not begun; undefined when it ends anyway. */
  handBack(
    started: boolean,
    elapsedMs: number,
    reason: "leaving" | "noOwner",
  ): RunMessage | undefined {
    if (this.isOver || this.cutMs !== null) return undefined;
    const isRunning = started && this.#said === 2;
    this.cutMs = isRunning ? Math.max(this.#fromMs, Math.ceil(elapsedMs + 1_000)) : 0;
    this.isOver = !isRunning;
    const last = Math.ceil(this.cutMs / 1000) - 1;
    this.#lastWatermark = Math.max(this.#watermark, Math.min(this.#lastWatermark, last));
    return { type: "handback", ...this.ref, cutMs: this.cutMs, reason };
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
      ...{ oldest: 1, startLateUs: null },
    };
    this.unacknowledged.push(snapshot);
    return snapshot;
  }

  acknowledge(seq: number): void {
    while ((this.unacknowledged[0]?.seq ?? Infinity) <= seq) this.unacknowledged.shift();
  }
}

/** How long of a second, or of the part of it before `endMs`, nobody begins what a share owes. */
function lostUsIn(share: ShareState, second: number, endMs: number): number {
  const part = lostPart(share);
  if (part === undefined) return 0;
  const toUs = Math.min(part.toUs, (second + 1) * 1e6, endMs * 1000);
  return Math.max(0, toUs - Math.max(part.fromUs, second * 1e6));
}

/** Watches every step for what must hold in all of them. */
class Watch {
  readonly merged = new Map<string, number>();
  readonly watermarks = new Map<string, number>();
  /** Share and epoch of everything that has reported its end. */
  readonly finals = new Set<string>();
  /** Snapshots that could not count. */
  refused = 0;
  readonly lost = new Set<string>();
  /** The ledger by second: how long of the load was reported, and how long counted as lost. */
  readonly reportedUs = new Map<number, number>();
  readonly lostUs = new Map<number, number>();
  /** The part of a placed share that a share is: heirs divide what there is. */
  readonly parts = new Map<string, number>();
  readonly closed: number[] = [];
  starts = 0;
  finishes: string[] = [];
  lastData = -1;
  readonly readyShares = new Set<string>();
  /** Kind and attempt of everything that was done once, in this order. */
  readonly scripts: string[] = [];
  assigned = 0;
  readonly #endOf: (ref: ShareRef) => number;

  /** @param endOf where the load of a share ends, as its worker knows, ms from the start */
  constructor(endOf: (ref: ShareRef) => number) {
    this.#endOf = endOf;
  }

  see(before: RunState, message: RunMessage, after: RunState, effects: readonly RunEffect[]): void {
    expect(reachable(before.phase)).toContain(after.phase);
    if (hasEnded(before.phase)) {
      expect(after).toEqual(before);
      expect(effects).toEqual([]);
      return;
    }
    if (message.type === "snapshot" && this.#cannotCount(message, before)) this.refused++;
    expect(after.refusedReports ?? 0).toBe(this.refused);
    if (message.type === "ready") this.readyShares.add(message.share);
    for (const effect of effects) {
      // Here the state is stored, and a controller that goes on from it closes nothing before this.
      if (["assign", "runScript", "finish"].includes(effect.type)) {
        expect(this.closed.length).toBe(after.nextSecond);
      }
      this.#effect(effect, message, after);
    }
    if (hasEnded(after.phase)) expect(this.finishes).toHaveLength(1);
  }

  /** Nobody who has the share says so, or it says more than its end. */
  #cannotCount({ workerId, share, epoch, seq }: Snapshot, { shares }: RunState): boolean {
    const holder = shares.find((s) => s.share === share && !this.lost.has(share));
    if (holder?.workerId !== workerId || holder.epoch !== epoch) return true;
    const key = `${share} ${epoch}`;
    return this.finals.has(key) && seq > (this.merged.get(key) ?? 0);
  }

  #effect(effect: RunEffect, message: RunMessage, after: RunState): void {
    switch (effect.type) {
      case "start":
        this.starts++;
        expect(this.starts).toBe(1);
        expect(after.shares.every((s) => this.readyShares.has(s.share))).toBe(true);
        return;
      case "merge":
        return this.#merge(effect.share, message, after);
      case "countLost": {
        if (effect.share !== null) {
          const { share, watermark } = effect.share;
          expect(this.lost.has(share)).toBe(false);
          expect(effect.fromSecond).toBe(watermark + 1);
          this.lost.add(share);
        } else expect(effect.fromSecond).toBeLessThanOrEqual(effect.toSecond);
        // What is closed is counted now, the rest as its seconds close.
        expect(effect.toSecond).toBe(this.closed.length - 1);
        return this.#countLost(effect, after);
      }
      case "close": {
        expect(effect.second).toBe(this.closed.length);
        this.closed.push(effect.second);
        this.#countLost({ fromSecond: effect.second, toSecond: effect.second }, after);
        const live = after.shares.filter((s) => s.phase !== "final" && s.phase !== "lost");
        const passed = live.every((s) => s.watermark >= effect.second);
        // A failed run is cut off, so what was open then is partial; so it is while nobody works.
        if (live.length > 0) expect(effect.partial).toBe(!passed || after.failure !== null);
        return;
      }
      case "finish":
        this.finishes.push(effect.end);
        return this.#seeEnd(after);
      case "assign":
        // Nobody gets a share before setup is over, nor when all is being torn down.
        this.assigned++;
        expect(scriptUnderWay(after)).toBeUndefined();
        if (hasScript(after, "setup")) expect(scriptsOf(after).states.setup?.result?.ok).toBe(true);
        return;
      case "runScript": {
        const name = `${effect.kind} ${scriptsOf(after).states[effect.kind]?.attempt}`;
        expect(this.scripts).not.toContain(name);
        this.scripts.push(name);
        if (effect.kind === "teardown") expect(after.phase).toBe("STOPPING");
        return;
      }
      case "fenceScript":
      case "moveScript":
      case "stop":
      case "abort":
      case "acknowledge":
      case "fence":
      case "handOver":
      case "reassign":
      case "event":
    }
  }

  /** Whatever was set up, or has begun, is torn down before the run ends. */
  #seeEnd(after: RunState): void {
    const { setup, teardown } = scriptsOf(after).states;
    const isSetUp = hasScript(after, "setup") ? setup?.result?.ok === true : this.starts > 0;
    const isTornDown = hasScript(after, "teardown") && isSetUp;
    expect(teardown !== undefined).toBe(isTornDown);
    if (isTornDown) expect(teardown?.result).not.toBeNull();
    if (hasScript(after, "setup") && setup?.result?.ok !== true) expect(this.assigned).toBe(0);
  }

  /** What is lost of a second is told anew as a whole. */
  #countLost(
    { fromSecond, toSecond }: { fromSecond: number; toSecond: number },
    { shares, settings }: RunState,
  ): void {
    for (let second = fromSecond; second <= toSecond; second++) {
      const lost = shares.map((share) => {
        return (this.parts.get(share.share) ?? 1) * lostUsIn(share, second, settings.durationMs);
      });
      this.lostUs.set(
        second,
        lost.reduce((sum, us) => sum + us, 0),
      );
    }
  }

  /** What is due up to `toMs` and was not reported before is reported now. */
  #report({ share, fromMs }: ShareState, watermark: number, toMs: number): void {
    const part = this.parts.get(share) ?? 1;
    let fromUs = Math.max(((this.watermarks.get(share) ?? -1) + 1) * 1e6, fromMs * 1000);
    while (fromUs < toMs * 1000) {
      const second = Math.floor(fromUs / 1e6);
      const toUs = Math.min((second + 1) * 1e6, toMs * 1000);
      const before = this.reportedUs.get(second) ?? 0;
      this.reportedUs.set(second, before + part * (toUs - fromUs));
      fromUs = toUs;
    }
    this.watermarks.set(share, watermark);
  }

  #merge(share: ShareState, message: RunMessage, after: RunState): void {
    if (message.type !== "snapshot") expect.fail("only a snapshot can be merged");
    const { workerId, epoch, seq, watermark } = message;
    expect({ workerId, epoch, share: message.share }).toEqual({
      ...{ workerId: share.workerId, epoch: share.epoch, share: share.share },
    });
    const key = `${share.share} ${epoch}`;
    expect(seq).toBe((this.merged.get(key) ?? 0) + 1);
    expect(this.lost.has(share.share)).toBe(false);
    this.merged.set(key, seq);
    if (message.totals !== null) this.finals.add(key);
    const endMs = Math.min(this.#endOf(share), after.settings.durationMs);
    const isEnd = message.totals !== null && !after.stopRequested;
    this.#report(share, watermark, isEnd ? endMs : Math.min(endMs, (watermark + 1) * 1000));
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
    scripts: { kinds: plan.scripts, limitMs: 20_000 },
  };
  let state = initialRunState(settings);
  let nowMs = 5_000_000;
  let stoppedAtMs: number | null = null;
  const watch = new Watch(({ share, epoch }) => {
    const theirs = shares.find(({ ref }) => ref.share === share && ref.epoch === epoch);
    return theirs?.cutMs ?? settings.durationMs;
  });
  const tell = (message: RunMessage) => {
    const step = reduceRun(state, message, nowMs);
    watch.see(state, message, step.state, step.effects);
    state = step.state;
    for (const effect of step.effects) find(effect);
  };
  const dead = new Set<string>();
  const leaving = new Set<string>();
  const survivors = () =>
    [...new Set(state.shares.map((share) => share.workerId))].filter(
      (id) => !dead.has(id) && !leaving.has(id),
    );
  /** What I/O finds out for the reducer; now and then it cannot. */
  const find = (effect: RunEffect) => {
    if (effect.type === "assign") {
      for (const { share, workerId, epoch, fromMs } of effect.shares) {
        const lastWatermark = plan.seconds - 1 + roll(2);
        const ref = { share, workerId, epoch };
        if (fromMs > 0 && percent(plan.refusal)) {
          network.push({ type: "refused", ...ref, reason: "no such file" });
          continue;
        }
        const held = new HonestShare(ref, lastWatermark, fromMs);
        shares.push(held);
        if (leaving.has(workerId)) handBack(held, "leaving");
      }
    }
    if (effect.type === "runScript") {
      const { workerId, attempt: epoch } = scriptsOf(state).states[effect.kind] as ScriptState;
      const [ok, variables] = [!percent(plan.scriptFails), { worker: workerId }];
      const result = { ok, reason: ok ? "" : "no", variables, requests: 1, steps: [] };
      scripts.push({ type: "scriptEnded", share: effect.kind, workerId, epoch, ...result });
    }
    if (effect.type === "fence" && !percent(20)) {
      const gone = effect.shares.filter(({ workerId }) => dead.has(workerId));
      tell({
        type: "fenced",
        shares: gone.map((s) => ({ ...s, lastBeatMs: null, unreported: 0 })),
      });
    }
    if (effect.type === "fenceScript" && dead.has(effect.script.workerId) && !percent(20)) {
      tell({ type: "scriptFenced", kind: effect.kind, attempt: effect.script.attempt });
    }
    const ids = survivors();
    if (ids.length === 0) return;
    if (effect.type === "handOver" && !percent(20)) {
      for (const { share, handbackMs, fromMs } of effect.shares) {
        const soonestMs = Math.ceil(nowMs + 500 - (state.startAtMs ?? nowMs));
        const cutMs = Math.max(handbackMs ?? 0, soonestMs, fromMs);
        // Halves of halves are exact.
        const takers = ids.slice(0, 1 + roll(Math.min(2, ids.length)));
        const heirs = takers.map((id, k) => heirOf(share, k, id, cutMs));
        for (const heir of heirs) {
          watch.parts.set(heir.share, (watch.parts.get(share) ?? 1) / takers.length);
        }
        tell({ type: "handedOver", share, cutMs, planned: 5, heirs });
      }
    }
    if (effect.type === "moveScript" && !percent(20)) {
      const attempt = effect.script.attempt + 1;
      const workerId = ids[roll(ids.length)] as string;
      tell({ type: "scriptMoved", kind: effect.kind, attempt, workerId });
    }
    if (effect.type === "reassign" && !percent(20)) {
      const anew = effect.shares.map((share, i) => ({
        ...placedShare(0, ids[i % ids.length] ?? ""),
        ...{ share: share.share, epoch: share.epoch + 1 },
      }));
      tell({ type: "reassigned", shares: anew });
    }
  };

  const placed = Array.from({ length: plan.shares }, (_, k) =>
    placedShare(k, `w${k % plan.workers}`),
  );
  const shares: HonestShare[] = [];
  /** What each attempt of a script comes to: its worker says so again and again. */
  const scripts: Extract<RunMessage, { type: "scriptEnded" }>[] = [];
  tell({ type: "placed", shares: placed });
  const network: RunMessage[] = [];

  const speakOfScripts = () => {
    network.push(...scripts.filter(({ workerId }) => !dead.has(workerId)));
  };
  const speak = (share: HonestShare | undefined) => {
    if (share === undefined || dead.has(share.ref.workerId)) return;
    const { startAtMs } = state;
    const started = startAtMs !== null && nowMs >= startAtMs;
    const said = share.next(started, nowMs - (startAtMs ?? nowMs), stoppedAtMs !== null);
    if (said === undefined) return;
    // Accepted and ready are never lost on the way: the stream takes them or the worker tries on.
    if (said.type !== "snapshot" || !percent(plan.drop)) network.push(said);
    if (percent(plan.double)) network.push(said);
  };
  const handBack = (share: HonestShare, reason: "leaving" | "noOwner") => {
    const { startAtMs } = state;
    const started = startAtMs !== null && nowMs >= startAtMs;
    const said = share.handBack(started, nowMs - (startAtMs ?? nowMs), reason);
    if (said === undefined) return;
    network.push(said);
    if (percent(plan.double)) network.push(said);
  };
  const leave = (workerId: string) => {
    leaving.add(workerId);
    for (const share of shares) {
      if (share.ref.workerId === workerId && !dead.has(workerId)) handBack(share, "leaving");
    }
  };
  const resend = (share: HonestShare | undefined) => {
    if (share === undefined) return;
    const known = state.shares.find((s) => s.share === share.ref.share);
    if (known?.phase !== "lost" && known?.epoch === share.ref.epoch) share.acknowledge(known.seq);
    if (!dead.has(share.ref.workerId)) network.push(...share.unacknowledged);
  };
  const deliver = () => {
    const [message] = network.splice(roll(network.length), 1);
    if (message === undefined) return;
    // A stream keeps its order: whatever is said again, a share's end is not heard before this.
    const isEnd = message.type === "snapshot" && message.totals !== null;
    const before = network.findIndex(
      (said) => isEnd && said.type === "handback" && said.share === message.share,
    );
    if (before >= 0) network.splice(before, 1).forEach(tell);
    tell(message);
  };
  const outage = () => {
    for (let ms = 0; ms < plan.outageMs; ms += 250) {
      nowMs += 250;
      shares.forEach(speak);
      // Of a short one nobody knows: a worker may have it for itself.
      if (plan.outageMs > 5_000) state = { ...state, awayUntilMs: nowMs };
      tell({ type: "tick" });
      if (percent(plan.leaving)) leave(`w${roll(plan.workers)}`);
      if (!plan.ownerless || ms !== NO_OWNER_LIMIT_MS) continue;
      for (const share of shares) {
        if (!dead.has(share.ref.workerId)) handBack(share, "noOwner");
      }
    }
  };
  let outages = plan.outageMs === 0 ? 0 : 1;
  const stop = () => {
    tell({ type: "stopRequested" });
    if (state.stopRequested) stoppedAtMs ??= nowMs;
  };
  const forge = () => {
    const ref = { workerId: `w${roll(6)}`, share: `0/${roll(6)}`, epoch: roll(3) };
    const real = state.shares.find((s) => s.share === ref.share);
    if (real?.workerId === ref.workerId && real.epoch === ref.epoch) return;
    const seq = (real?.seq ?? 0) + 1;
    const before = state;
    const forged = { seq, oldest: seq, watermark: 99, lastSecond: 99, startLateUs: null };
    tell({ type: "snapshot", ...ref, ...forged, totals: someTotals });
    tell({ type: "ready", ...ref, clockOffsetUs: 0, clockErrorUs: 0 });
    // Time may close seconds; whose they are must not change.
    expect(state.shares).toEqual(before.shares);
    expect(state.lastSecond).toBe(before.lastSecond);
    expect(state.refusedReports).toBe((before.refusedReports ?? 0) + 1);
  };

  for (let i = 0; i < 250 && !hasEnded(state.phase); i++) {
    const share = shares[roll(Math.max(1, shares.length))];
    const choice = roll(10);
    if (choice < 4) speak(share);
    else if (choice < 7) deliver();
    else if (percent(10)) speakOfScripts();
    else if (choice === 7) resend(share);
    else if (plan.forge && choice === 8) forge();
    else {
      nowMs += roll(300);
      tell({ type: "tick" });
    }
    if (percent(plan.death)) dead.add(`w${roll(plan.workers)}`);
    if (percent(plan.leaving)) leave(`w${roll(plan.workers)}`);
    if (dead.size > 0 && percent(10)) tell({ type: "workersLost", workerIds: [...dead] });
    if (outages > 0 && state.startAtMs !== null && percent(2)) {
      outages--;
      outage();
    }
    if (plan.stop && stoppedAtMs === null && percent(1)) stop();
  }
  // Then the network is good again and time goes on.
  for (let i = 0; i < 150 && !hasEnded(state.phase); i++) {
    speakOfScripts();
    if (dead.size > 0) tell({ type: "workersLost", workerIds: [...dead] });
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
  for (const message of [...scripts, ...network]) tell(message);
  return { state, watch, loadSeconds: Math.ceil(loadMs / 1000) };
}

const isHeirOf = (path: string, of: string) =>
  path.startsWith(`${of}/`) && !path.slice(of.length + 1).includes("/");

test("whatever the network does and whoever dies, a run accounts for everything and ends", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { state, watch, loadSeconds } = simulate(plan);
      expect(hasEnded(state.phase)).toBe(true);
      expect(watch.finishes).toHaveLength(1);
      expect(state.refusedReports ?? 0).toBe(watch.refused);
      if (state.phase === "FAILED" || state.startAtMs === null) return;
      for (const share of state.shares) {
        // Every share has either reported its end or lost what it had not reported.
        expect(["final", "lost"]).toContain(share.phase);
        expect(watch.lost.has(share.share)).toBe(share.loss !== null);
        // Others begin where it ends, and nowhere else.
        const heirs = state.shares.filter(({ share: path }) => isHeirOf(path, share.share));
        expect(heirs.every(({ fromMs }) => fromMs === share.cutMs)).toBe(true);
        expect(heirs.length > 0).toBe(share.cutMs !== null);
      }
      // Whatever of the load was left to nobody is counted in each second.
      const ofLoad = Array.from({ length: loadSeconds }, (_, second) => second);
      const owedUs = ofLoad.map((second) =>
        state.shares
          .map((share) => {
            return (
              (watch.parts.get(share.share) ?? 1) *
              lostUsIn(share, second, state.settings.durationMs)
            );
          })
          .reduce((sum, us) => sum + us, 0),
      );
      expect(ofLoad.map((second) => watch.lostUs.get(second))).toEqual(owedUs);
      // And the ledger balances, unless a stop ended reports wherever they were.
      if (!state.stopRequested) {
        const placed = state.shares.filter(({ share }) => share.split("/").length === 2).length;
        const accounted = ofLoad.map((second) => {
          return (watch.reportedUs.get(second) ?? 0) + (owedUs[second] ?? 0);
        });
        expect(accounted).toEqual(ofLoad.map(() => placed * 1e6));
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
      const { state, watch } = simulate({
        ...plan,
        ...{ death: 0, leaving: 0, ownerless: false, stop: false, scriptFails: 0 },
      });
      expect(state.phase).toBe("COMPLETED");
      expect(watch.lost.size).toBe(0);
      if (!plan.forge) expect(state.refusedReports).toBeUndefined();
      expect(state.shares.map((s) => s.phase)).toEqual(state.shares.map(() => "final"));
    }),
    { numRuns: 150 },
  );
});

test("workers that handed all back for want of a controller carry the load on when one is there", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { state } = simulate({
        ...plan,
        ...{ death: 0, leaving: 0, stop: false, scriptFails: 0, refusal: 0 },
        ...{ seconds: 60, outageMs: 25_000, ownerless: true },
      });
      expect(state.phase).toBe("COMPLETED");
      const handedBack = state.shares.filter(({ handbackMs }) => handbackMs !== null);
      expect(handedBack.filter(({ cutMs }) => cutMs === null)).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
