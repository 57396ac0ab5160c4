import type { Task } from "@onrush/shared/wire/task.ts";

/** What one process of engine threads is to do; travels as JSON. */
export interface Job {
  step: Task["steps"][number];
  data?: Task["data"];
  /** Before it is measured. */
  warmUpSeconds: number;
  seconds: number;
  threads: number;
  /** The cores that the engine threads alone are held to; null leaves them where the process is. */
  engineCore: string | null;
  /** Whose CPU time is to be read over the measured time. */
  targetPid: number;
  load:
    | {
        type: "open";
        rps: number;
        maxInFlight: number;
        connections: number;
        pacing: Task["pacing"];
      }
    | { type: "closed"; users: number };
}

/** What it measured, from the first due time to the last answer. */
export interface JobResult {
  seconds: number;
  requests: number;
  failed: number;
  /** CPU time of the whole process: engine threads, merging and encoding. */
  cpuSeconds: number;
  targetCpuSeconds: number | null;
  /** Arrivals that the schedule had, and those that were started. */
  scheduled: number;
  started: number;
  /** Differences between plan, counters and recorded seconds, added up: 0 when nothing is amiss. */
  unaccounted: number;
  /** From the moment a request was sent. */
  p50Ms: number;
  p99Ms: number;
  latenessP50Ms: number;
  /** Of the median second: what holds the machine up for a moment is in few of them. */
  latenessP99Ms: number;
  /** Over all arrivals. */
  latenessRunP99Ms: number;
}
