import { countRefused, isRefused } from "./refusedReports.ts";
import type {
  RunEffect,
  RunEnd,
  RunMessage,
  RunScripts,
  RunState,
  ScriptState,
  Step,
} from "./runMessages.ts";
import { hasEnded, nextState } from "./runState.ts";
import type { ScriptKind } from "../wire/script.ts";

/**
 * What a run does once, on one of its workers:
 *
 *   placed ─▶ setup ─(ok)─▶ shares are handed out …
 *   … whichever way the run comes to its end ─▶ teardown ─▶ finish
 *
 * A worker that dies over it is replaced once it can send no more: then it is done a second time,
 * by another worker or, when there is none and it comes back, by the same one.
 */

const noScripts: RunScripts = { states: {}, variables: {}, ending: null };

const nothing = (state: RunState): Step => ({ state, effects: [] });

export const scriptsOf = (state: RunState): RunScripts => state.scripts ?? noScripts;

export const hasScript = ({ settings }: RunState, kind: ScriptKind): boolean =>
  settings.scripts?.kinds.includes(kind) ?? false;

/** What is under way, if anything is. */
export function scriptUnderWay(
  state: RunState,
): { kind: ScriptKind; script: ScriptState } | undefined {
  if (hasEnded(state.phase)) return undefined;
  const { setup, teardown } = scriptsOf(state).states;
  if (setup?.result === null) return { kind: "setup", script: setup };
  return teardown?.result === null ? { kind: "teardown", script: teardown } : undefined;
}

/** Everybody who has, or had, something to do for the run. */
export function runWorkers(state: RunState): string[] {
  const scripts = Object.values(scriptsOf(state).states);
  return [...new Set([...state.shares, ...scripts].map(({ workerId }) => workerId))];
}

/** Nothing of the load is handed out before setup is over. */
export const isSettingUp = (state: RunState): boolean => scriptUnderWay(state)?.kind === "setup";

/** All that is left of the run is its teardown. */
export const isTearingDown = (state: RunState): boolean => scriptsOf(state).ending !== null;

export function withScript(state: RunState, kind: ScriptKind, script: ScriptState): RunState {
  const scripts = scriptsOf(state);
  return { ...state, scripts: { ...scripts, states: { ...scripts.states, [kind]: script } } };
}

export function beginScript(
  state: RunState,
  kind: ScriptKind,
  place: Pick<ScriptState, "workerId" | "attempt">,
  nowMs: number,
): Step {
  const begun = withScript(state, kind, { ...place, sinceMs: nowMs, result: null });
  return { state: begun, effects: [{ type: "runScript", kind }] };
}

/** Workers are silent: if a script is with one of them, somebody else has to do it. */
export function fenceScript(state: RunState, workerIds: readonly string[]): RunEffect[] {
  const running = scriptUnderWay(state);
  if (running === undefined || running.script.fenced === true) return [];
  if (!workerIds.includes(running.script.workerId)) return [];
  return [{ type: "fenceScript", ...running }];
}

/** Nobody can go on with this attempt: somebody has to be found who begins anew. */
export function scriptFenced(
  state: RunState,
  { kind, attempt }: Extract<RunMessage, { type: "scriptFenced" }>,
): Step {
  const running = scriptUnderWay(state);
  if (running?.kind !== kind || running.script.attempt !== attempt) return nothing(state);
  const fenced = withScript(state, kind, { ...running.script, fenced: true });
  return { state: fenced, effects: moveScript(fenced) };
}

/** Looks for whoever does what was fenced, until there is somebody or its time is up. */
export function moveScript(state: RunState): RunEffect[] {
  const running = scriptUnderWay(state);
  return running?.script.fenced === true ? [{ type: "moveScript", ...running }] : [];
}

export function scriptMoved(
  state: RunState,
  message: Extract<RunMessage, { type: "scriptMoved" }>,
): Step {
  const { kind, attempt, workerId } = message;
  const running = scriptUnderWay(state);
  if (running?.kind !== kind || attempt <= running.script.attempt) return nothing(state);
  const { workerId: before, sinceMs } = running.script;
  const text =
    workerId === before
      ? `${workerId}: was not heard for too long, and does ${kind} anew`
      : `${before}: no heartbeat any more; ${workerId} does ${kind} anew`;
  return {
    state: withScript(state, kind, { attempt, workerId, sinceMs, result: null }),
    effects: [
      { type: "event", kind: "warning", text },
      { type: "runScript", kind },
    ],
  };
}

/** The end of the script that is under way, as its worker tells or as time does; else undefined. */
export function resultOf(
  state: RunState,
  message: RunMessage,
  nowMs: number,
): Extract<RunMessage, { type: "scriptEnded" }> | undefined {
  const running = scriptUnderWay(state);
  if (running === undefined) return undefined;
  const { kind, script } = running;
  const { workerId, attempt } = script;
  if (message.type === "scriptEnded") {
    // What a fenced worker says last tells of its lease at best.
    const isCurrent = message.epoch === attempt && script.fenced !== true;
    const isMeant = message.share === kind && isCurrent;
    return isMeant && message.workerId === workerId ? message : undefined;
  }
  const limitMs = state.settings.scripts?.limitMs ?? 0;
  if (message.type !== "tick" || nowMs - script.sinceMs < limitMs) return undefined;
  const reason = `not over within ${limitMs / 1000} s (on ${workerId})`;
  const nothingDone = { ok: false, reason, variables: {}, requests: 0, steps: [] };
  return { type: "scriptEnded", share: kind, workerId, epoch: attempt, ...nothingDone };
}

/** Its result is noted, and told. */
export function noteResult(
  state: RunState,
  message: Extract<RunMessage, { type: "scriptEnded" }>,
): Step {
  const { share: kind, ok, reason, requests, steps, variables } = message;
  const running = scriptsOf(state).states[kind];
  if (running === undefined) return nothing(state);
  const noted = withScript(state, kind, { ...running, result: { ok, reason, requests, steps } });
  const scripts = { ...scriptsOf(noted), ...(kind === "setup" && ok ? { variables } : {}) };
  const text = `${kind} done: ${requests === 1 ? "1 request" : `${requests} requests`}`;
  return {
    state: { ...noted, scripts },
    // Of a setup that fails the failure of the run tells.
    effects: ok
      ? [{ type: "event", kind: "info", text }]
      : kind === "setup"
        ? []
        : [{ type: "event", kind: "error", text: `${kind} failed: ${reason}` }],
  };
}

/** Who is to tear down; undefined when there is nothing to be torn down. */
function tearDownOn(state: RunState): string | undefined {
  const { setup, teardown } = scriptsOf(state).states;
  if (!hasScript(state, "teardown") || teardown !== undefined) return undefined;
  const wasSetUp = hasScript(state, "setup")
    ? setup?.result?.ok === true
    : state.startAtMs !== null;
  if (!wasSetUp) return undefined;
  const stays = state.shares.find((s) => s.phase !== "lost" && s.handbackMs === null);
  return (stays ?? state.shares[0])?.workerId;
}

function over(state: RunState, end: RunEnd): Step {
  const phase = nextState(state.phase, end) ?? state.phase;
  return { state: { ...state, phase }, effects: [{ type: "finish", end }] };
}

/** The run is over, but for its teardown where it has one. */
export function conclude(state: RunState, end: RunEnd, nowMs: number): Step {
  const workerId = tearDownOn(state);
  if (workerId === undefined) return over(state, end);
  const scripts = { ...scriptsOf(state), ending: end };
  // Older epochs may have been handed out by whoever had the run before.
  const attempt = Math.max(1, ...state.shares.map((share) => share.epoch));
  const phase = nextState(state.phase, "tornDown") ?? state.phase;
  return beginScript({ ...state, phase, scripts }, "teardown", { workerId, attempt }, nowMs);
}

/** While a run is torn down nothing else about it counts any more. */
export function tearDown(state: RunState, message: RunMessage, nowMs: number): Step {
  const end = scriptsOf(state).ending ?? "failed";
  const result = resultOf(state, message, nowMs);
  if (result !== undefined) {
    const noted = noteResult(state, result);
    const last = over(noted.state, end);
    return { state: last.state, effects: [...noted.effects, ...last.effects] };
  }
  switch (message.type) {
    case "snapshot":
      return nothing(isRefused(state, message) ? countRefused(state) : state);
    case "workersLost":
      return { state, effects: fenceScript(state, message.workerIds) };
    case "scriptFenced":
      return scriptFenced(state, message);
    case "scriptMoved":
      return scriptMoved(state, message);
    case "tick":
      return { state, effects: moveScript(state) };
    case "broken": {
      const last = over({ ...state, failure: state.failure ?? message.reason }, "failed");
      const effects: RunEffect[] = [{ type: "event", kind: "error", text: message.reason }];
      return { state: last.state, effects: [...effects, ...last.effects] };
    }
    default:
      return nothing(state);
  }
}
