import { firstOf } from "./firstOf.ts";
import { areSharesOver, isShareOver } from "./runMessages.ts";
import type { RunEffect, RunMessage, RunState, ShareRef, ShareState, Step } from "./runMessages.ts";
import { countRefused, isRefused } from "./refusedReports.ts";
import {
  beginScript,
  conclude,
  fenceScript,
  hasScript,
  isSettingUp,
  isTearingDown,
  moveScript,
  noteResult,
  resultOf,
  scriptFenced,
  scriptMoved,
  tearDown,
} from "./runScripts.ts";
import { closeSeconds, lastSecondOf } from "./secondClosing.ts";
import { hasEnded, nextState } from "./runState.ts";
import { findShare, replaceShare } from "./shareIndex.ts";
import {
  handback,
  handedOver,
  handOver,
  leftAtMs,
  loadGoesOn,
  lose,
  NO_WORKER_LIMIT_MS,
  nothing,
  reassigned,
  refusal,
  refused,
  SILENT,
  waitingForHeirs,
  whyLeft,
} from "./takeOver.ts";

/**
 * The life of a run as one pure function: barrier, start, snapshots, loss of workers, closing of
 * seconds, end. I/O carries out the effects (`controller/runs/`).
 *
 * Reports may arrive late, twice or out of order. Snapshots of a share are merged in the order of
 * their seq and once each: a lower seq is acknowledged again, a higher one waits until the worker
 * sends what is missing again. What belongs to another epoch or worker is refused, and counted.
 */

/**
 * A worker that never reports its end is given up this long after the graceful stop, after somebody
 * could read reports again, and after the last one that was merged: what waited may be long.
 */
const END_GRACE_MS = 10_000;

/** Ends the run at once; what was reported of seconds that are still open closes as partial. */
function fail(state: RunState, reason: string, nowMs: number): Step {
  if (hasEnded(state.phase) || state.failure !== null) return nothing(state);
  const stopAtMs = state.stopAtMs ?? nowMs;
  const effects: RunEffect[] = [{ type: "event", kind: "error", text: reason }, { type: "abort" }];
  for (let second = state.nextSecond; second <= state.lastSecond; second++) {
    effects.push({ type: "close", second, partial: true });
  }
  const nextSecond = Math.max(state.nextSecond, state.lastSecond + 1);
  const last = conclude({ ...state, failure: reason, nextSecond, stopAtMs }, "failed", nowMs);
  return { state: last.state, effects: [...effects, ...last.effects] };
}

function accepted(state: RunState, ref: ShareRef): Step {
  const share = findShare(state, ref);
  if (share?.phase !== "assigned") return nothing(state);
  return nothing(replaceShare(state, { ...share, phase: "accepted" }));
}

function ready(state: RunState, message: Extract<RunMessage, { type: "ready" }>, nowMs: number) {
  const share = findShare(state, message);
  if (share?.phase !== "assigned" && share?.phase !== "accepted") return nothing(state);
  const { clockOffsetUs, clockErrorUs } = message;
  // Who takes over begins at once: the start is long past.
  const phase = state.phase === "PREPARING" ? "ready" : "running";
  const next = replaceShare(state, { ...share, phase, clockOffsetUs, clockErrorUs });
  const isBarrier = state.phase === "PREPARING" && next.shares.every((s) => s.phase === "ready");
  return isBarrier ? start(next, nowMs) : nothing(next);
}

function start(state: RunState, nowMs: number): Step {
  // A whole millisecond, so that it is the same in every unit it is written in.
  const startAtMs = Math.ceil(nowMs + state.settings.startLeadMs);
  const shares = state.shares.map((s): ShareState => ({ ...s, phase: "running" }));
  const phase = nextState(state.phase, "started") ?? state.phase;
  const workers = new Set(shares.map((s) => s.workerId)).size;
  const text = `all ${workers === 1 ? "workers (1)" : `${workers} workers`} ready, load begins`;
  return {
    state: { ...state, phase, shares, startAtMs },
    effects: [
      { type: "start", startAtMs },
      { type: "event", kind: "info", text },
    ],
  };
}

function snapshot(
  state: RunState,
  message: Extract<RunMessage, { type: "snapshot" }>,
  nowMs: number,
): Step {
  if (isRefused(state, message)) return nothing(countRefused(state));
  const share = findShare(state, message);
  if (share === undefined || state.startAtMs === null) return nothing(state);
  if (message.seq <= share.seq) return { state, effects: [{ type: "acknowledge", share }] };
  // What is older than the oldest that its worker still has never comes: the gap is counted.
  const missing = Math.max(0, Math.min(message.oldest, message.seq) - share.seq - 1);
  if (message.seq > share.seq + missing + 1) return nothing(state);
  const merged: ShareState = {
    ...share,
    seq: message.seq,
    gaps: share.gaps + missing,
    watermark: Math.max(share.watermark, message.watermark),
    startLateUs: share.startLateUs ?? message.startLateUs,
    totals: message.totals,
    phase: message.totals === null ? "running" : "final",
  };
  const next = replaceShare(state, merged);
  const lastSecond = Math.max(state.lastSecond, message.lastSecond);
  const effects: RunEffect[] = [{ type: "merge", share: merged }];
  if (missing > 0) {
    const text = `${share.workerId}: ${missing} snapshots of share ${share.share} never came`;
    effects.push({ type: "event", kind: "error", text });
  }
  return { state: { ...next, lastSecond, heardAtMs: nowMs }, effects };
}

/** Silent workers: their epochs must be over before anybody else can have their shares. */
function workersLost(state: RunState, workerIds: readonly string[]): Step {
  if (state.phase === "QUEUED") return nothing(state);
  const gone = new Set(workerIds);
  const silent = state.shares.filter((s) => gone.has(s.workerId) && !isShareOver(s));
  const effects = fenceScript(state, workerIds);
  if (silent.length > 0) effects.push({ type: "fence", shares: silent });
  return { state, effects };
}

function fenced(
  state: RunState,
  message: Extract<RunMessage, { type: "fenced" }>,
  nowMs: number,
): Step {
  if (state.phase === "QUEUED") return nothing(state);
  const step = lose(state, message, SILENT, nowMs);
  // Before the start somebody else can have all of it, whatever the policy.
  const isLoss = step.state !== state && state.startAtMs !== null;
  if (!isLoss || state.settings.lostWorkers !== "fail") return step;
  const names = firstOf(message.shares.map((share) => share.workerId));
  return fail(state, `${names}: ${SILENT}`, nowMs);
}

/** Before the start nothing goes on without the worker; of an heir the others may have the share. */
function refusedBy(
  state: RunState,
  message: Extract<RunMessage, { type: "refused" }>,
  nowMs: number,
): Step {
  const { workerId, share: path, reason } = message;
  const share = findShare(state, message);
  if (share === undefined || isShareOver(share)) return nothing(state);
  if (share.fromMs === 0) return fail(state, `${workerId} refused share ${path}: ${reason}`, nowMs);
  if (state.settings.lostWorkers === "fail") {
    return fail(state, `${workerId}, share ${path}: ${refusal(reason)}`, nowMs);
  }
  return refused(state, message, nowMs);
}

/** Why each worker that has left a share has done so. */
function whyGone({ shares }: RunState): string {
  const reasons = shares.flatMap((share) => {
    const why = whyLeft(share);
    return why === undefined ? [] : [`${share.workerId}: ${why}`];
  });
  return firstOf(reasons, "; ");
}

/** A run that nobody works for any more ends when nobody comes. */
function checkWorkers(state: RunState, nowMs: number): Step {
  if (!loadGoesOn(state, nowMs) || !areSharesOver(state.shares)) return nothing(state);
  const waits = waitingForHeirs(state, nowMs).length > 0;
  // Without those that were left, the others have done all that was theirs.
  if (!waits && state.shares.some((share) => whyLeft(share) === undefined)) return nothing(state);
  const limitMs = waits ? NO_WORKER_LIMIT_MS : 0;
  // While nobody could be seen, nobody could be found either.
  const sinceMs = Math.max(state.awayUntilMs ?? 0, ...state.shares.map(leftAtMs));
  if (nowMs - sinceMs < limitMs) return nothing(state);
  return fail(state, `${whyGone(state)}; no worker is left`, nowMs);
}

function stopRequested(state: RunState, asked: RunEffect, nowMs: number): Step {
  const phase = nextState(state.phase, "stopRequested");
  if (phase === undefined) return nothing(state);
  // The load ends here, so what is lost and when a share is given up count from now.
  const elapsedMs = state.startAtMs === null ? Infinity : Math.max(0, nowMs - state.startAtMs);
  const settings = {
    ...state.settings,
    durationMs: Math.min(state.settings.durationMs, elapsedMs),
    minDurationMs: Math.min(state.settings.minDurationMs, elapsedMs),
  };
  const stopAtMs = state.stopAtMs ?? nowMs;
  const next: RunState = { ...state, settings, phase, stopRequested: true, stopAtMs };
  if (phase === "STOPPED") {
    const last = conclude({ ...next, phase: state.phase }, "stopped", nowMs);
    return { state: last.state, effects: [asked, { type: "abort" }, ...last.effects] };
  }
  return { state: next, effects: [asked, { type: "stop" }] };
}

function checkBarrier(state: RunState, nowMs: number): Step {
  const { preparingSinceMs: since, settings } = state;
  if (state.phase !== "PREPARING" || since === null || nowMs - since < settings.barrierMs) {
    return nothing(state);
  }
  const waiting = state.shares.filter((s) => s.phase !== "ready");
  const names = firstOf(
    waiting.map((s) => `${s.workerId} (share ${s.share}, ${whyLeft(s) ?? s.phase})`),
  );
  const seconds = settings.barrierMs / 1000;
  return fail(state, `not ready within ${seconds} s: ${names}`, nowMs);
}

function checkEnd(state: RunState, nowMs: number): Step {
  if (state.startAtMs === null) return nothing(state);
  const { awayUntilMs = 0, heardAtMs = 0, settings } = state;
  const endMs = state.startAtMs + settings.durationMs + settings.gracefulStopMs;
  if (nowMs < Math.max(endMs, awayUntilMs, heardAtMs) + END_GRACE_MS) return nothing(state);
  const open = state.shares.filter((s) => !isShareOver(s));
  if (open.length === 0) return nothing(state);
  const shares = open.map((s) => ({ ...s, lastBeatMs: null, unreported: 0 }));
  return lose(state, { type: "fenced", shares }, "never reported its end", nowMs);
}

/** RUNNING becomes STOPPING when every share has reported its end or is lost. */
function windDown(state: RunState, nowMs: number): Step {
  if (!areSharesOver(state.shares) || waitingForHeirs(state, nowMs).length > 0) {
    return nothing(state);
  }
  return nothing({ ...state, phase: nextState(state.phase, "allReported") ?? state.phase });
}

/** STOPPING ends when every second is closed. */
function end(state: RunState, nowMs: number): Step {
  if (state.phase !== "STOPPING" || !state.shares.every(isShareOver)) return nothing(state);
  if (state.nextSecond <= lastSecondOf(state)) return nothing(state);
  return conclude(state, state.stopRequested ? "stopped" : "finished", nowMs);
}

/** Setup first, if there is one; the shares are handed out when it is over. */
function placed(state: RunState, shares: readonly ShareState[], nowMs: number): Step {
  const phase = nextState(state.phase, "placed");
  if (phase === undefined) return nothing(state);
  const next: RunState = { ...state, phase, shares, preparingSinceMs: nowMs };
  const [first] = shares;
  if (first === undefined || !hasScript(state, "setup")) {
    return { state: next, effects: [{ type: "assign", shares }] };
  }
  const { workerId, epoch: attempt } = first;
  return beginScript(next, "setup", { workerId, attempt }, nowMs);
}

function setUp(state: RunState, message: RunMessage, nowMs: number): Step {
  const result = resultOf(state, message, nowMs);
  if (result === undefined) {
    return { state, effects: message.type === "tick" ? moveScript(state) : [] };
  }
  const noted = noteResult(state, result);
  if (!result.ok) return fail(noted.state, `setup failed: ${result.reason}`, nowMs);
  // Of those that were left meanwhile, each is handed out when somebody is found for it.
  const shares = state.shares.filter((share) => !isShareOver(share));
  const next = { ...noted.state, preparingSinceMs: nowMs };
  return { state: next, effects: [...noted.effects, { type: "assign", shares }] };
}

function handle(state: RunState, message: RunMessage, nowMs: number): Step {
  switch (message.type) {
    case "placed":
      return placed(state, message.shares, nowMs);
    case "scriptEnded":
      return setUp(state, message, nowMs);
    case "scriptFenced":
      return scriptFenced(state, message);
    case "scriptMoved":
      return scriptMoved(state, message);
    case "accepted":
      return accepted(state, message);
    case "refused":
      return refusedBy(state, message, nowMs);
    case "ready":
      return ready(state, message, nowMs);
    case "snapshot":
      return snapshot(state, message, nowMs);
    case "workersLost":
      return workersLost(state, message.workerIds);
    case "fenced":
      return fenced(state, message, nowMs);
    case "handback": {
      const share = findShare(state, message);
      return share === undefined ? nothing(state) : handback(state, message, share, nowMs);
    }
    case "handedOver":
      return handedOver(state, message);
    case "reassigned":
      return reassigned(state, message);
    case "stopRequested":
      return stopRequested(state, { type: "event", kind: "info", text: "stop requested" }, nowMs);
    case "slaBroken": {
      // Before the start and after the end of the load there is nothing to end.
      if (state.phase !== "RUNNING") return nothing(state);
      const text = `${message.reason}: the load ends`;
      return stopRequested(state, { type: "event", kind: "error", text }, nowMs);
    }
    case "failed": {
      const share = findShare(state, message);
      if (share === undefined) return nothing(state);
      return fail(state, `${share.workerId}, share ${share.share}: ${message.reason}`, nowMs);
    }
    case "broken":
      return fail(state, message.reason, nowMs);
    case "tick":
      if (isSettingUp(state)) return handOver(setUp(state, message, nowMs), nowMs);
      return handOver(
        state.startAtMs === null ? checkBarrier(state, nowMs) : checkEnd(state, nowMs),
        nowMs,
      );
  }
}

function chain(state: RunState, ...parts: ((state: RunState) => Step)[]): Step {
  const effects: RunEffect[] = [];
  let current = state;
  for (const part of parts) {
    const step = part(current);
    if (step.state.phase !== current.phase) {
      const text = `${current.phase} → ${step.state.phase}`;
      effects.push({ type: "event", kind: "state", text });
    }
    current = step.state;
    effects.push(...step.effects);
  }
  return { state: current, effects };
}

/** What stores the state before anything else, so that whoever goes on with the run knows of it. */
const STORING: ReadonlySet<RunEffect["type"]> = new Set(["assign", "runScript", "start"]);

/** The state says which seconds are closed, so they have to be before it is stored. */
function closedFirst({ state, effects }: Step): Step {
  const isStoring = ({ type }: RunEffect) => STORING.has(type);
  if (!effects.some(isStoring)) return { state, effects };
  const others = effects.filter((effect) => !isStoring(effect));
  return { state, effects: [...others, ...effects.filter(isStoring)] };
}

/** The next state and what is to be done, in this order. `nowMs` is the common clock in Unix milliseconds. */
export function reduceRun(state: RunState, message: RunMessage, nowMs: number): Step {
  if (hasEnded(state.phase)) return nothing(state);
  if (isTearingDown(state)) {
    return chain(state, (s) => tearDown(s, message, nowMs));
  }
  const step = chain(
    state,
    (s) => handle(s, message, nowMs),
    (s) => checkWorkers(s, nowMs),
    (s) => (hasEnded(s.phase) || isTearingDown(s) ? nothing(s) : closeSeconds(s, nowMs)),
    (s) => (isTearingDown(s) ? nothing(s) : windDown(s, nowMs)),
    (s) => (isTearingDown(s) ? nothing(s) : end(s, nowMs)),
  );
  return closedFirst(step);
}

export function initialRunState(settings: RunState["settings"]): RunState {
  return {
    phase: "QUEUED",
    settings,
    shares: [],
    preparingSinceMs: null,
    startAtMs: null,
    stopRequested: false,
    stopAtMs: null,
    failure: null,
    nextSecond: 0,
    lastSecond: -1,
  };
}
