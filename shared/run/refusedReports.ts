import type { RunMessage, RunState } from "./runMessages.ts";
import { findShare } from "./shareIndex.ts";

type SnapshotMessage = Extract<RunMessage, { type: "snapshot" }>;

/**
 * A snapshot of another epoch or worker, or more of a share than its end: it changes no numbers,
 * ever. One that was merged before is none of these: it is acknowledged again.
 */
export function isRefused(state: RunState, message: SnapshotMessage): boolean {
  const share = findShare(state, message);
  if (share === undefined || share.phase === "lost") return true;
  return share.phase === "final" && message.seq > share.seq;
}

export const refusedReportsOf = (state: RunState): number => state.refusedReports ?? 0;

/** The state with one refused more: every time it comes counts, for a worker may send it again. */
export function countRefused(state: RunState): RunState {
  return { ...state, refusedReports: refusedReportsOf(state) + 1 };
}
