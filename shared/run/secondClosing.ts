import { areSharesOver, isShareOver } from "./runMessages.ts";
import type { RunEffect, RunState, Step } from "./runMessages.ts";
import { waitingForHeirs } from "./takeOver.ts";

/** A second that is still not reported by all this long after its end closes as partial. */
const PARTIAL_AFTER_MS = 3_000;

/**
 * All live shares have reported everything due up to and including this second; any second before
 * the next one to close stands for all of those. So it need not look beyond the first share that is
 * behind, which matters when thousands report.
 */
function commonWatermark(state: RunState, nowMs: number): number {
  let lowest = Infinity;
  for (const share of state.shares) {
    if (share.watermark >= lowest || isShareOver(share)) continue;
    lowest = share.watermark;
    if (lowest < state.nextSecond) return lowest;
  }
  // Who takes over from all of them may still have something due in the seconds that are open.
  const isForsaken = lowest === Infinity && waitingForHeirs(state, nowMs).length > 0;
  return isForsaken ? -1 : lowest;
}

/**
 * The last second that has to close: the last with reported data, but at least the last with load
 * (a stop ends it, and so does the last iteration), so that a pause in the load and what was lost
 * have their seconds, too.
 */
export function lastSecondOf(state: RunState): number {
  const { durationMs, minDurationMs } = state.settings;
  const loadMs = areSharesOver(state.shares) ? minDurationMs : durationMs;
  return Math.max(state.lastSecond, Math.ceil(loadMs / 1000) - 1);
}

/**
 * Closes, in order, the seconds that all live shares have passed, and as partial those that ended
 * too long ago. When no share lives any more, everything reported closes.
 */
export function closeSeconds(state: RunState, nowMs: number): Step {
  if (state.startAtMs === null) return { state, effects: [] };
  const last = lastSecondOf(state);
  const complete = Math.min(commonWatermark(state, nowMs), last);
  const elapsedMs = nowMs - state.startAtMs;
  // What was reported while nobody read is not late: it is about to be read.
  const isCatchingUp = nowMs < (state.awayUntilMs ?? -Infinity) + PARTIAL_AFTER_MS;
  const overdue = isCatchingUp ? -1 : Math.floor((elapsedMs - PARTIAL_AFTER_MS) / 1000) - 1;
  const upTo = Math.max(complete, Math.min(overdue, last));
  const effects: RunEffect[] = [];
  for (let second = state.nextSecond; second <= upTo; second++) {
    effects.push({ type: "close", second, partial: second > complete });
  }
  if (effects.length === 0) return { state, effects };
  return { state: { ...state, nextSecond: upTo + 1 }, effects };
}
