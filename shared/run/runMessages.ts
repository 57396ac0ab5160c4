import type { RunEvent } from "../api/runView.ts";
import type { HandbackReason, ShareTotals } from "../wire/reports.ts";
import type { OwnershipLevel } from "../schedule/ownership.ts";
import type { ScriptKind, ScriptResult } from "../wire/script.ts";
import type { RunPhase } from "./runState.ts";

/** What a run can be told, and what it wants done: the two unions around `runReducer.ts`. */

export type SharePhase = "assigned" | "accepted" | "ready" | "running" | "final" | "lost";

export interface ShareState {
  share: string;
  workload: number;
  workerId: string;
  epoch: number;
  phase: SharePhase;
  /** Arrivals planned for it; fewer when somebody takes over. */
  planned: number;
  /** Which of the workload's arrivals (or users) are its own. */
  ownership: readonly OwnershipLevel[];
  /** Where it begins when it took over from another share, ms from the start; 0 otherwise. */
  fromMs: number;
  /** The round its users begin with. */
  firstRound: number;
  /** Handed back by its worker: it begins nothing due from here on, ms from the start. */
  handbackMs: number | null;
  /** When that was heard (common clock), and why it was done. Older documents have none. */
  handedBack?: { atMs: number; reason: HandbackReason } | null;
  /** Others begin what is due from here on, ms from the start; null while nobody does. */
  cutMs: number | null;
  /** What is known of its end, if it was lost. */
  loss: ShareLoss | null;
  /** Snapshots that never came and never will. */
  gaps: number;
  /** How long after the common start instant it began, microseconds. */
  startLateUs: number | null;
  /** Last snapshot merged; 0 before the first. */
  seq: number;
  /** Every arrival due before second watermark + 1 is reported; -1 before the first. */
  watermark: number;
  clockOffsetUs: number | null;
  clockErrorUs: number | null;
  totals: ShareTotals | null;
}

/** Cumulative: iterations, and the requests that they have sent. */
export interface LastCounts {
  started: number;
  ended: number;
  dropped: number;
  requests: number;
}

export interface ShareLoss {
  /** Common clock, Unix milliseconds. */
  atMs: number;
  /** The last heartbeat of its worker, if one was seen. */
  lastBeatMs: number | null;
  /**
   * The latest that it can have been given a lease, by a heartbeat or by the run's owner itself; null
   * when that may have been at any time before it was fenced. Unset: by its last heartbeat.
   */
  leasedMs?: number | null;
  /**
   * When its worker's connection was first seen closed, with no heartbeat since; null when it was
   * not. Older documents have none of the next two.
   */
  absentMs?: number | null;
  /**
   * Its last heartbeat tells that every arrival due before this was begun, microseconds from the
   * start of the run; null when it tells of no more than was reported.
   */
  knownUntilUs?: number | null;
  /** Iterations it had claimed and not reported. */
  unreported: number;
  /** How far it was by its last heartbeat. Older documents have none. */
  lastCounts?: LastCounts | null;
  /** Why its worker would not have it: nothing of it was sent. Unset of one that was begun. */
  refused?: string;
}

/** It has reported its end, or never will. */
export const isShareOver = ({ phase }: ShareState) => phase === "final" || phase === "lost";

/** False before there are any. */
export const areSharesOver = (shares: readonly ShareState[]) =>
  shares.length > 0 && shares.every(isShareOver);

export interface RunSettings {
  /** From the start to the end of the load: of the last workload, or where a stop cut it. */
  durationMs: number;
  /** Where the load can end at the earliest: iterations may be done before their time is up. */
  minDurationMs: number;
  gracefulStopMs: number;
  lostWorkers: "redistribute" | "degrade" | "fail";
  /** How long PREPARING may take. */
  barrierMs: number;
  /** From the decision to start to the common start instant. */
  startLeadMs: number;
  /** What is done once, and how long each may take. Older documents have none. */
  scripts?: { kinds: readonly ScriptKind[]; limitMs: number };
}

/** Setup or teardown, under way or over. */
export interface ScriptState {
  workerId: string;
  /** Counts how often it was handed out: what is said of an earlier attempt is heard no more. */
  attempt: number;
  /** When it was begun first, common clock. */
  sinceMs: number;
  /** True while nobody does it: its worker can send no more, and who begins anew is looked for. */
  fenced?: boolean;
  /** Null while it is under way. Its variables are kept with the run's. */
  result: Omit<ScriptResult, "variables"> | null;
}

export type RunEnd = "finished" | "stopped" | "failed";

export interface RunScripts {
  states: Readonly<Partial<Record<ScriptKind, ScriptState>>>;
  /** What setup has extracted. */
  variables: Readonly<Record<string, string>>;
  /** How the run ends once its teardown is over; null before it has come to that. */
  ending: RunEnd | null;
}

export interface RunState {
  phase: RunPhase;
  settings: RunSettings;
  shares: readonly ShareState[];
  /** Common clock, Unix milliseconds. */
  preparingSinceMs: number | null;
  startAtMs: number | null;
  stopRequested: boolean;
  /** When the load was ended early, common clock; null when it was not. */
  stopAtMs: number | null;
  failure: string | null;
  /** Until then nobody could read reports, so seconds have their time from then on. */
  awayUntilMs?: number;
  /** When a snapshot was merged last, common clock: while reports come, more of them may. */
  heardAtMs?: number;
  /** The next second to close; all before it are closed. */
  nextSecond: number;
  /** The last second that has reported data. */
  lastSecond: number;
  /** Older documents have none. */
  scripts?: RunScripts;
  /** Snapshots of older epochs, other workers or ended shares; none, or an older document's, unset. */
  refusedReports?: number;
}

/** Names a share as a worker holds it. */
export interface ShareRef {
  workerId: string;
  share: string;
  epoch: number;
}

export type FencedShare = ShareRef & Omit<ShareLoss, "atMs">;

export type RunMessage =
  | { type: "placed"; shares: readonly ShareState[] }
  | ({ type: "accepted" } & ShareRef)
  | ({ type: "refused"; reason: string } & ShareRef)
  | ({ type: "failed"; reason: string } & ShareRef)
  | ({ type: "ready"; clockOffsetUs: number; clockErrorUs: number } & ShareRef)
  | ({
      type: "snapshot";
      seq: number;
      watermark: number;
      /** The oldest snapshot that can still be had. */
      oldest: number;
      /** The highest second the snapshot has numbers for. */
      lastSecond: number;
      startLateUs: number | null;
      totals: ShareTotals | null;
    } & ShareRef)
  /** Its worker begins nothing due from `cutMs` on, and ends what it has begun. */
  | ({ type: "handback"; cutMs: number; reason: HandbackReason } & ShareRef)
  /** Workers that have not been heard of for too long, or that left. */
  | { type: "workersLost"; workerIds: readonly string[] }
  /** Epochs were raised: what these workers held they cannot send any more. */
  | { type: "fenced"; shares: readonly FencedShare[] }
  /** Workers were found for what a share leaves from `cutMs` on. */
  | {
      type: "handedOver";
      share: string;
      cutMs: number;
      planned: number;
      heirs: readonly ShareState[];
    }
  /** Workers were found for shares whose workers went before the start: the same, anew. */
  | { type: "reassigned"; shares: readonly ShareState[] }
  | ({ type: "scriptEnded"; share: ScriptKind } & Omit<ShareRef, "share"> & ScriptResult)
  /** The epoch of an attempt was raised: its worker cannot send anything of it any more. */
  | { type: "scriptFenced"; kind: ScriptKind; attempt: number }
  /** Somebody was found who does anew what was fenced. */
  | { type: "scriptMoved"; kind: ScriptKind; attempt: number; workerId: string }
  | { type: "stopRequested" }
  /** An SLA line with abort is broken: the load ends, whatever comes later. */
  | { type: "slaBroken"; reason: string }
  /** The controller itself cannot go on with it. */
  | { type: "broken"; reason: string }
  | { type: "tick" };

export type RunEffect =
  | { type: "assign"; shares: readonly ShareState[] }
  | { type: "runScript"; kind: ScriptKind }
  /** Raise the epoch of a script, if its worker is silent, and tell. */
  | { type: "fenceScript"; kind: ScriptKind; script: ScriptState }
  /** Look for a worker that does a fenced script anew, and tell. */
  | { type: "moveScript"; kind: ScriptKind; script: ScriptState }
  | { type: "start"; startAtMs: number }
  | { type: "stop" }
  | { type: "abort" }
  /** Merge the snapshot that caused this; without this effect it changes nothing. */
  | { type: "merge"; share: ShareState }
  /** Raise the epochs of these shares, if their workers are silent, and tell which it were. */
  | { type: "fence"; shares: readonly ShareState[] }
  /** Look for workers that take over what these shares leave, and tell. */
  | { type: "handOver"; shares: readonly ShareState[] }
  /** Look for other workers for these shares, which have not begun, and tell. */
  | { type: "reassign"; shares: readonly ShareState[] }
  /** Acknowledge again: the snapshot was merged before. */
  | { type: "acknowledge"; share: ShareState }
  /**
   * The share is lost (as it was before, with its loss): what it had in flight ends as interrupted
   * (null where it goes on to its end), and seconds `fromSecond` to `toSecond`, closed already, have
   * something lost. Each second that closes from now on counts what `lostPart` says of all shares.
   */
  | { type: "countLost"; share: ShareState | null; fromSecond: number; toSecond: number }
  | { type: "close"; second: number; partial: boolean }
  | { type: "event"; kind: RunEvent["kind"]; text: string }
  /** Every second is closed: summarise and end the run in `end`. */
  | { type: "finish"; end: RunEnd };

export interface Step {
  state: RunState;
  effects: readonly RunEffect[];
}
