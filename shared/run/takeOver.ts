import { firstOf } from "./firstOf.ts";
import { isShareOver } from "./runMessages.ts";
import type {
  FencedShare,
  RunEffect,
  RunMessage,
  RunState,
  ShareLoss,
  ShareState,
  Step,
} from "./runMessages.ts";
import { NO_OWNER_LIMIT_MS } from "../wire/heartbeat.ts";
import type { HandbackReason } from "../wire/reports.ts";
import { isSettingUp } from "./runScripts.ts";
import { hasEnded } from "./runState.ts";

/**
 * What happens to the shares of workers that die or leave:
 *
 *   silent ─fence─▶ lost ────────┐
 *   an heir's, refused ─▶ lost ──┤
 *   handed back ─────────────────┴─handOver─▶ cut: others begin what is due from there on
 *   before the start, lost or handed back ─reassign─▶ the same share in a new epoch elsewhere
 *
 * Nothing is given to another worker before the old one can no longer send it: its lease is over
 * (the fence sees to it), or it has said itself where it ends.
 */

/** A run that nobody works for any more waits this long for somebody. */
export const NO_WORKER_LIMIT_MS = 15_000;

export const nothing = (state: RunState): Step => ({ state, effects: [] });

/** True while there is load to come, so that somebody else could do it. */
export function loadGoesOn(state: RunState, nowMs: number): boolean {
  if (state.startAtMs === null || hasEnded(state.phase) || state.phase === "STOPPING") return false;
  return nowMs < state.startAtMs + state.settings.durationMs;
}

/** Shares that leave something for which no worker was found yet. */
export function waitingForHeirs(state: RunState, nowMs: number): ShareState[] {
  if (!loadGoesOn(state, nowMs)) return [];
  const { lostWorkers } = state.settings;
  return state.shares.filter(({ phase, handbackMs, cutMs }) => {
    if (cutMs !== null) return false;
    // Who leaves in an orderly way is always replaced.
    return handbackMs !== null || (phase === "lost" && lostWorkers === "redistribute");
  });
}

/** Of a worker that was fenced. */
export const SILENT = "no heartbeat any more";

export const refusal = (reason: string) => `could not take over: ${reason}`;

/** Why a worker has given its share up. */
export const handbackWords: Record<HandbackReason, string> = {
  leaving: "it was asked to end",
  noOwner: `no controller was heard of for ${NO_OWNER_LIMIT_MS / 1000} s`,
};

/** Its worker is about to end: older documents tell of no other reason to hand a share back. */
export function isOfLeaver({ handbackMs, handedBack }: ShareState): boolean {
  return handbackMs !== null && (handedBack?.reason ?? "leaving") === "leaving";
}

/** Why the worker of a share does not go on with it; undefined while it does, or has done it. */
export function whyLeft({ handbackMs, handedBack, loss }: ShareState): string | undefined {
  if (loss !== null) return loss.refused === undefined ? SILENT : refusal(loss.refused);
  return handbackMs === null ? undefined : handbackWords[handedBack?.reason ?? "leaving"];
}

/** Since when it does not, as far as it was heard; common clock. */
export function leftAtMs({ handedBack, loss }: ShareState): number {
  return loss?.atMs ?? handedBack?.atMs ?? -Infinity;
}

/** The seconds from `fromSecond` on that are closed already must count anew. */
function countLost(state: RunState, share: ShareState): RunEffect {
  const fromSecond = share.watermark + 1;
  return { type: "countLost", share, fromSecond, toSecond: state.nextSecond - 1 };
}

/** The same where a share goes on to its end: what it has in flight does not end with it. */
function recount({ nextSecond }: RunState, fromMs: number): RunEffect[] {
  const fromSecond = Math.floor(fromMs / 1000);
  if (fromSecond >= nextSecond) return [];
  return [{ type: "countLost", share: null, fromSecond, toSecond: nextSecond - 1 }];
}

function lossOf(fenced: FencedShare, atMs: number): ShareLoss {
  const { workerId: _workerId, share: _share, epoch: _epoch, ...loss } = fenced;
  return { atMs, ...loss };
}

/** Epochs are over: the shares are lost. */
export function lose(
  state: RunState,
  message: Extract<RunMessage, { type: "fenced" }>,
  why: string,
  nowMs: number,
): Step {
  const fenced = new Map(message.shares.map((share) => [share.share, share]));
  const losses = new Map<ShareState, ShareLoss>();
  for (const share of state.shares) {
    const ref = fenced.get(share.share);
    const isMeant = ref?.epoch === share.epoch && ref.workerId === share.workerId;
    if (isMeant && !isShareOver(share)) losses.set(share, lossOf(ref, nowMs));
  }
  if (losses.size === 0) return nothing(state);
  const lost = [...losses.keys()];
  const shares = state.shares.map((share): ShareState => {
    const loss = losses.get(share);
    return loss === undefined ? share : { ...share, phase: "lost", epoch: share.epoch + 1, loss };
  });
  const next = { ...state, shares };
  const workers = firstOf(lost.map((share) => share.workerId));
  const paths = firstOf(lost.map((share) => share.share));
  // Before the start there is nothing to be counted.
  const begun = state.startAtMs === null ? [] : [...losses];
  const effects: RunEffect[] = begun.map(([share, loss]) => countLost(state, { ...share, loss }));
  effects.push({ type: "event", kind: "error", text: `${workers}: ${why}; lost: ${paths}` });
  return handOver({ state: next, effects }, nowMs);
}

/** Asks for workers for everything that waits for them: again and again, until there are some. */
export function handOver({ state, effects }: Step, nowMs: number): Step {
  const isBefore = state.phase === "PREPARING";
  const type = isBefore ? "reassign" : "handOver";
  const shares = isBefore ? state.shares.filter(isShareOver) : waitingForHeirs(state, nowMs);
  // One request for them is enough.
  if (shares.length === 0 || effects.some((effect) => effect.type === type)) {
    return { state, effects };
  }
  return { state, effects: [...effects, { type, shares }] };
}

/**
 * Who was to take over would not have the share: it is lost to this worker, and others may have it.
 * Nothing was sent of it, so there is nothing to be fenced.
 */
export function refused(
  state: RunState,
  { workerId, share, epoch, reason }: Extract<RunMessage, { type: "refused" }>,
  nowMs: number,
): Step {
  const loss = { lastBeatMs: null, unreported: 0, refused: reason };
  const shares = [{ workerId, share, epoch, ...loss }];
  return lose(state, { type: "fenced", shares }, refusal(reason), nowMs);
}

export function handback(
  state: RunState,
  message: Extract<RunMessage, { type: "handback" }>,
  share: ShareState,
  nowMs: number,
): Step {
  if (share.handbackMs !== null || isShareOver(share)) return nothing(state);
  if (state.phase === "QUEUED") return nothing(state);
  const handbackMs = Math.max(message.cutMs, share.fromMs);
  // One that has begun nothing reports no end: its epoch is over, and nothing is lost with it.
  const isUnbegun = handbackMs === share.fromMs;
  const ended = { phase: "lost", epoch: share.epoch + 1 } as const;
  const { reason } = message;
  const handedBack = { atMs: nowMs, reason };
  const shares = state.shares.map((s) =>
    s === share ? { ...s, handbackMs, handedBack, ...(isUnbegun ? ended : {}) } : s,
  );
  const text = `${share.workerId} hands share ${share.share} back at ${handbackMs / 1000} s: ${handbackWords[reason]}`;
  const effects: RunEffect[] = [{ type: "event", kind: "warning", text }];
  if (isUnbegun) effects.push({ type: "acknowledge", share });
  // It may be heard late: then nobody has begun what was due meanwhile.
  effects.push(...recount(state, handbackMs));
  return handOver({ state: { ...state, shares }, effects }, nowMs);
}

export function handedOver(
  state: RunState,
  message: Extract<RunMessage, { type: "handedOver" }>,
): Step {
  const { cutMs, planned, heirs } = message;
  const share = state.shares.find((s) => s.share === message.share);
  // The load may have been ended while workers were looked for: heirs would begin after its end.
  const isOver = state.phase === "STOPPING" || hasEnded(state.phase);
  if (share === undefined || share.cutMs !== null || isOver) return nothing(state);
  const shares = state.shares.map((s) => (s === share ? { ...s, cutMs, planned } : s));
  const names = firstOf(heirs.map((heir) => heir.workerId));
  const text = `${names}: takes over share ${share.share} from ${cutMs / 1000} s on`;
  return {
    state: { ...state, shares: [...shares, ...heirs] },
    effects: [
      { type: "assign", shares: heirs },
      { type: "event", kind: "info", text },
    ],
  };
}

/** Shares that had not begun are on other workers now, in a new epoch. */
export function reassigned(
  state: RunState,
  message: Extract<RunMessage, { type: "reassigned" }>,
): Step {
  if (state.phase !== "PREPARING") return nothing(state);
  const anew = new Map(message.shares.map((share) => [share.share, share]));
  const shares = state.shares.map((share) => {
    const other = anew.get(share.share);
    return other !== undefined && other.epoch > share.epoch ? other : share;
  });
  const changed = shares.filter((share, i) => share !== state.shares[i]);
  if (changed.length === 0) return nothing(state);
  const text = firstOf(changed.map(({ share, workerId }) => `share ${share} goes to ${workerId}`));
  const told: RunEffect = { type: "event", kind: "warning", text: `before the start: ${text}` };
  // Setup is not over: all shares are handed out when it is.
  if (isSettingUp(state)) return { state: { ...state, shares }, effects: [told] };
  return { state: { ...state, shares }, effects: [{ type: "assign", shares: changed }, told] };
}
