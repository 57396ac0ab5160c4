import { z } from "zod";

/**
 * The life of a run:
 *
 *   QUEUED ──▶ PREPARING ──▶ RUNNING ──▶ STOPPING ──▶ COMPLETED
 *     │            │            │            ├──────▶ STOPPED
 *     └──▶ STOPPED └──▶ STOPPED └─▶ FAILED   └──────▶ FAILED
 *     └──▶ FAILED  └──▶ FAILED
 *
 * What is to be torn down goes by way of STOPPING, also when it failed or never started.
 */
export const runStates = [
  "QUEUED",
  "PREPARING",
  "RUNNING",
  "STOPPING",
  "COMPLETED",
  "STOPPED",
  "FAILED",
] as const;

export const runStateSchema = z.enum(runStates).meta({ id: "RunState" });
export type RunPhase = z.infer<typeof runStateSchema>;

export type RunTrigger =
  | "placed"
  | "started"
  | "stopRequested"
  | "allReported"
  | "tornDown"
  | "finished"
  | "stopped"
  | "failed";

const transitions: Record<RunPhase, Partial<Record<RunTrigger, RunPhase>>> = {
  QUEUED: {
    placed: "PREPARING",
    stopRequested: "STOPPED",
    stopped: "STOPPED",
    failed: "FAILED",
  },
  PREPARING: {
    started: "RUNNING",
    stopRequested: "STOPPED",
    stopped: "STOPPED",
    tornDown: "STOPPING",
    failed: "FAILED",
  },
  RUNNING: {
    stopRequested: "STOPPING",
    allReported: "STOPPING",
    tornDown: "STOPPING",
    failed: "FAILED",
  },
  STOPPING: { finished: "COMPLETED", stopped: "STOPPED", failed: "FAILED" },
  COMPLETED: {},
  STOPPED: {},
  FAILED: {},
};

/** The state after a trigger; undefined when the trigger means nothing in this state. */
export function nextState(state: RunPhase, trigger: RunTrigger): RunPhase | undefined {
  return transitions[state][trigger];
}

export function hasEnded(state: RunPhase): boolean {
  return state === "COMPLETED" || state === "STOPPED" || state === "FAILED";
}
