import { areSharesOver, isShareOver } from "./runMessages.ts";
import type { RunEffect, RunMessage, RunState, ShareRef, ShareState, Step } from "./runMessages.ts";
import { closeSeconds, lastSecondOf } from "./secondClosing.ts";
import { hasEnded, nextState } from "./runState.ts";

/**
 * The life of a run as one pure function: barrier, start, snapshots, loss of workers, closing of
 * seconds, end. I/O carries out the effects (`controller/runs/`).
 *
 * Reports may arrive late, twice or out of order. Snapshots of a share are merged in the order of
 * their seq and once each: a lower seq is acknowledged again, a higher one waits until the worker
 * sends what is missing again. What belongs to another epoch or worker is refused.
 */

/** A worker that never reports its end is given up this long after the graceful stop. */
const END_GRACE_MS = 10_000;

function replaceShare(state: RunState, share: ShareState): RunState {
  return { ...state, shares: state.shares.map((s) => (s.share === share.share ? share : s)) };
}

function findShare(state: RunState, ref: ShareRef): ShareState | undefined {
  const share = state.shares.find((s) => s.share === ref.share);
  return share?.epoch === ref.epoch && share.workerId === ref.workerId ? share : undefined;
}

const nothing = (state: RunState): Step => ({ state, effects: [] });

/** Ends the run at once; what was reported of seconds that are still open closes as partial. */
function fail(state: RunState, reason: string): Step {
  if (hasEnded(state.phase) || state.failure !== null) return nothing(state);
  const effects: RunEffect[] = [{ type: "event", kind: "error", text: reason }, { type: "abort" }];
  for (let second = state.nextSecond; second <= state.lastSecond; second++) {
    effects.push({ type: "close", second, partial: true });
  }
  effects.push({ type: "finish", end: "failed" });
  const nextSecond = Math.max(state.nextSecond, state.lastSecond + 1);
  return { state: { ...state, phase: "FAILED", failure: reason, nextSecond }, effects };
}

function accepted(state: RunState, ref: ShareRef): Step {
  const share = findShare(state, ref);
  if (share?.phase !== "assigned") return nothing(state);
  return nothing(replaceShare(state, { ...share, phase: "accepted" }));
}

function ready(state: RunState, message: Extract<RunMessage, { type: "ready" }>, nowMs: number) {
  const share = findShare(state, message);
  if (state.phase !== "PREPARING" || share === undefined || share.phase === "ready") {
    return nothing(state);
  }
  const { clockOffsetUs, clockErrorUs } = message;
  const next = replaceShare(state, { ...share, phase: "ready", clockOffsetUs, clockErrorUs });
  return next.shares.every((s) => s.phase === "ready") ? start(next, nowMs) : nothing(next);
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

function snapshot(state: RunState, message: Extract<RunMessage, { type: "snapshot" }>): Step {
  const share = findShare(state, message);
  if (share === undefined || hasEnded(state.phase) || share.phase === "lost") return nothing(state);
  if (state.startAtMs === null) return nothing(state);
  if (message.seq <= share.seq) return { state, effects: [{ type: "acknowledge", share }] };
  if (message.seq > share.seq + 1 || share.phase === "final") return nothing(state);
  const merged: ShareState = {
    ...share,
    seq: message.seq,
    watermark: Math.max(share.watermark, message.watermark),
    totals: message.totals,
    phase: message.totals === null ? share.phase : "final",
  };
  const next = replaceShare(state, merged);
  const lastSecond = Math.max(state.lastSecond, message.lastSecond);
  return { state: { ...next, lastSecond }, effects: [{ type: "merge", share: merged }] };
}

/** Gives up shares: their epoch ends, so a worker that comes back finds that they are not its any more. */
function loseShares(
  state: RunState,
  lost: readonly ShareState[],
  why: string,
  nowMs: number,
): Step {
  if (lost.length === 0) return nothing(state);
  const names = [...new Set(lost.map((s) => s.workerId))].join(", ");
  if (state.phase === "PREPARING") return fail(state, `${names}: ${why} before the start`);
  if (state.settings.lostWorkers === "fail") return fail(state, `${names}: ${why}`);
  const dead = new Set(lost.map((s) => s.share));
  const after = state.shares.map((s): ShareState =>
    dead.has(s.share) ? { ...s, phase: "lost", epoch: s.epoch + 1 } : s,
  );
  const loadGoesOn = nowMs < (state.startAtMs ?? nowMs) + state.settings.durationMs;
  if (loadGoesOn && after.every((s) => s.phase === "lost")) {
    return fail({ ...state, shares: after }, `${names}: ${why}; no worker is left`);
  }
  const effects: RunEffect[] = lost.map((share) => ({
    type: "countLost",
    share,
    fromSecond: share.watermark + 1,
    toSecond: state.nextSecond - 1,
  }));
  const shares = lost.map((s) => s.share).join(", ");
  const text = `${names}: ${why}; what was left of ${shares} is counted as lost`;
  effects.push({ type: "event", kind: "error", text });
  return { state: { ...state, shares: after }, effects };
}

function workersLost(state: RunState, workerIds: readonly string[], nowMs: number): Step {
  if (state.phase === "QUEUED" || hasEnded(state.phase)) return nothing(state);
  const gone = new Set(workerIds);
  const lost = state.shares.filter((s) => gone.has(s.workerId) && !isShareOver(s));
  return loseShares(state, lost, "no heartbeat any more", nowMs);
}

function stopRequested(state: RunState, nowMs: number): Step {
  const phase = nextState(state.phase, "stopRequested");
  if (phase === undefined) return nothing(state);
  // The load ends here, so what is lost and when a share is given up count from now.
  const elapsedMs = state.startAtMs === null ? Infinity : Math.max(0, nowMs - state.startAtMs);
  const settings = {
    ...state.settings,
    durationMs: Math.min(state.settings.durationMs, elapsedMs),
    minDurationMs: Math.min(state.settings.minDurationMs, elapsedMs),
  };
  const next: RunState = { ...state, settings, phase, stopRequested: true };
  const asked: RunEffect = { type: "event", kind: "info", text: "stop requested" };
  if (phase === "STOPPED") {
    return { state: next, effects: [asked, { type: "abort" }, { type: "finish", end: "stopped" }] };
  }
  return { state: next, effects: [asked, { type: "stop" }] };
}

function checkBarrier(state: RunState, nowMs: number): Step {
  const { preparingSinceMs: since, settings } = state;
  if (state.phase !== "PREPARING" || since === null || nowMs - since < settings.barrierMs) {
    return nothing(state);
  }
  const waiting = state.shares.filter((s) => s.phase !== "ready");
  const names = waiting.map((s) => `${s.workerId} (share ${s.share}, ${s.phase})`).join(", ");
  const seconds = settings.barrierMs / 1000;
  return fail(state, `not ready within ${seconds} s: ${names}`);
}

function checkEnd(state: RunState, nowMs: number): Step {
  if (state.startAtMs === null || hasEnded(state.phase)) return nothing(state);
  const { durationMs, gracefulStopMs } = state.settings;
  const limitMs = state.startAtMs + durationMs + gracefulStopMs + END_GRACE_MS;
  if (nowMs < limitMs) return nothing(state);
  const open = state.shares.filter((s) => !isShareOver(s));
  return loseShares(state, open, "never reported its end", nowMs);
}

/** RUNNING becomes STOPPING when every share has reported its end or is lost. */
function windDown(state: RunState): Step {
  if (!areSharesOver(state.shares)) return nothing(state);
  return nothing({ ...state, phase: nextState(state.phase, "allReported") ?? state.phase });
}

/** STOPPING ends when every second is closed. */
function end(state: RunState): Step {
  if (state.phase !== "STOPPING" || !state.shares.every(isShareOver)) return nothing(state);
  if (state.nextSecond <= lastSecondOf(state)) return nothing(state);
  const how = state.stopRequested ? "stopped" : "finished";
  const phase = nextState(state.phase, how) ?? state.phase;
  return { state: { ...state, phase }, effects: [{ type: "finish", end: how }] };
}

function handle(state: RunState, message: RunMessage, nowMs: number): Step {
  switch (message.type) {
    case "placed": {
      const phase = nextState(state.phase, "placed");
      if (phase === undefined) return nothing(state);
      const { shares } = message;
      const next: RunState = { ...state, phase, shares, preparingSinceMs: nowMs };
      return { state: next, effects: [{ type: "assign", shares }] };
    }
    case "accepted":
      return accepted(state, message);
    case "refused": {
      const share = findShare(state, message);
      if (share === undefined) return nothing(state);
      return fail(state, `${share.workerId} refused share ${share.share}: ${message.reason}`);
    }
    case "ready":
      return ready(state, message, nowMs);
    case "snapshot":
      return snapshot(state, message);
    case "workersLost":
      return workersLost(state, message.workerIds, nowMs);
    case "stopRequested":
      return stopRequested(state, nowMs);
    case "failed": {
      const share = findShare(state, message);
      if (share === undefined) return nothing(state);
      return fail(state, `${share.workerId}, share ${share.share}: ${message.reason}`);
    }
    case "broken":
      return fail(state, message.reason);
    case "tick":
      return state.startAtMs === null ? checkBarrier(state, nowMs) : checkEnd(state, nowMs);
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

/** The next state and what is to be done. `nowMs` is the common clock in Unix milliseconds. */
export function reduceRun(state: RunState, message: RunMessage, nowMs: number): Step {
  return chain(
    state,
    (s) => handle(s, message, nowMs),
    (s) => (hasEnded(s.phase) ? nothing(s) : closeSeconds(s, nowMs)),
    windDown,
    end,
  );
}

export function initialRunState(settings: RunState["settings"]): RunState {
  return {
    phase: "QUEUED",
    settings,
    shares: [],
    preparingSinceMs: null,
    startAtMs: null,
    stopRequested: false,
    failure: null,
    nextSecond: 0,
    lastSecond: -1,
  };
}
