import type { RowTable } from "@onrush/shared/data/rowTable.ts";
import type { ScriptResult } from "@onrush/shared/wire/script.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { RunnerReport } from "./shareRunner.ts";

/** What the agent tells an engine thread, and what the thread answers. */

/** What the files of a task hold, in memory that all threads share. */
export interface LoadedFiles {
  /** By data set. */
  tables: Record<string, RowTable>;
  /** By name, as scenarios write it. */
  contents: Record<string, SharedArrayBuffer>;
}

export const noFiles: LoadedFiles = { tables: {}, contents: {} };

export type ToEngine =
  | {
      type: "prepare";
      key: string;
      task: Task;
      /** Which of the worker's engine threads this is, and how many there are. */
      thread: number;
      threads: number;
      /** One BigInt64: until when the share may send, monotonic nanoseconds. */
      lease: SharedArrayBuffer;
      /** Of `ShareCounts`. */
      counts: SharedArrayBuffer;
      files: LoadedFiles;
    }
  | { type: "start"; key: string; startUs: number }
  /** Setup or teardown is to be done, by this thread. */
  | { type: "runScript"; key: string }
  /** Iterations from `first` on are this thread's; a count of 0 says that none is left. */
  | { type: "granted"; key: string; first: number; count: number }
  | { type: "stop"; key: string }
  /** Nothing due at `cutUs` of the run or later begins: somebody else will. */
  | { type: "handBack"; key: string; cutUs: number }
  | { type: "drop"; key: string };

/** The thread's own state over one wall second. */
export interface ThreadHealth {
  /** CPU time of the thread over the time that passed. */
  cpu: number;
  lagP99Us: number;
  /** Garbage collection: per second of time that passed, and the longest pause. */
  gcMs: number;
  gcMaxMs: number;
  /** Open connections to the busiest destinations. */
  destinations: Record<string, number>;
}

export type FromEngine =
  | { type: "prepared"; key: string }
  | { type: "refused"; key: string; reason: string }
  /** The run must not go on. */
  | { type: "failed"; key: string; reason: string }
  | { type: "scriptEnded"; key: string; result: ScriptResult }
  /** Asks for up to `want` iterations; `request` counts from 1, one is under way at a time. */
  | { type: "claim"; key: string; request: number; want: number }
  | {
      type: "report";
      key: string;
      report: RunnerReport;
      health: ThreadHealth;
      /** How long after its begin was due the thread came to the share first. */
      startLateUs: number;
    };
