import type { RunSettings } from "@onrush/shared/run/runMessages.ts";
import { SCRIPT_LIMIT_MS, scriptKinds } from "@onrush/shared/wire/script.ts";
import type { WorkerLink } from "../platform/ports.ts";
import type { RunPlan } from "../planning/runPlan.ts";

const BARRIER_MS = 30_000;
/** START must have reached every worker before its instant comes. */
const START_LEAD_MS = { local: 150, redis: 300 } as const;

/** What the life of a run goes by. */
export function runSettings(plan: RunPlan, link: WorkerLink["name"]): RunSettings {
  const { scenario, durationMs, minDurationMs, scripts } = plan;
  return {
    ...{ durationMs, minDurationMs },
    gracefulStopMs: scenario.gracefulStopSeconds * 1000,
    lostWorkers: scenario.lostWorkers,
    barrierMs: BARRIER_MS,
    startLeadMs: START_LEAD_MS[link],
    scripts: {
      kinds: scriptKinds.filter((kind) => scripts[kind] !== undefined),
      limitMs: SCRIPT_LIMIT_MS,
    },
  };
}
