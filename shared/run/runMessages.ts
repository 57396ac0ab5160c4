import type { RunEvent } from "../api/runView.ts";
import type { ShareTotals } from "../wire/reports.ts";
import type { RunPhase } from "./runState.ts";

/** What a run can be told, and what it wants done: the two unions around `runReducer.ts`. */

export type SharePhase = "assigned" | "accepted" | "ready" | "running" | "final" | "lost";

export interface ShareState {
  share: string;
  workload: number;
  workerId: string;
  epoch: number;
  phase: SharePhase;
  /** Arrivals planned for it. */
  planned: number;
  /** Last snapshot merged; 0 before the first. */
  seq: number;
  /** Every arrival due before second watermark + 1 is reported; -1 before the first. */
  watermark: number;
  clockOffsetUs: number | null;
  clockErrorUs: number | null;
  totals: ShareTotals | null;
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
  lostWorkers: "degrade" | "fail";
  /** How long PREPARING may take. */
  barrierMs: number;
  /** From the decision to start to the common start instant. */
  startLeadMs: number;
}

export interface RunState {
  phase: RunPhase;
  settings: RunSettings;
  shares: readonly ShareState[];
  /** Common clock, Unix milliseconds. */
  preparingSinceMs: number | null;
  startAtMs: number | null;
  stopRequested: boolean;
  failure: string | null;
  /** The next second to close; all before it are closed. */
  nextSecond: number;
  /** The last second that has reported data. */
  lastSecond: number;
}

/** Names a share as a worker holds it. */
export interface ShareRef {
  workerId: string;
  share: string;
  epoch: number;
}

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
      /** The highest second the snapshot has numbers for. */
      lastSecond: number;
      totals: ShareTotals | null;
    } & ShareRef)
  /** Workers that have not been heard of for too long, or that left. */
  | { type: "workersLost"; workerIds: readonly string[] }
  | { type: "stopRequested" }
  /** The controller itself cannot go on with it. */
  | { type: "broken"; reason: string }
  | { type: "tick" };

export type RunEffect =
  | { type: "assign"; shares: readonly ShareState[] }
  | { type: "start"; startAtMs: number }
  | { type: "stop" }
  | { type: "abort" }
  /** Merge the snapshot that caused this; without this effect it changes nothing. */
  | { type: "merge"; share: ShareState }
  /** Acknowledge again: the snapshot was merged before. */
  | { type: "acknowledge"; share: ShareState }
  /**
   * The share is lost: count what it did not report of seconds that are closed already. In each
   * second that closes from now on, count what was due of all lost shares that had not reported it.
   */
  | { type: "countLost"; share: ShareState; fromSecond: number; toSecond: number }
  | { type: "close"; second: number; partial: boolean }
  | { type: "event"; kind: RunEvent["kind"]; text: string }
  /** Every second is closed: summarise and end the run in `end`. */
  | { type: "finish"; end: "finished" | "stopped" | "failed" };

export interface Step {
  state: RunState;
  effects: readonly RunEffect[];
}
