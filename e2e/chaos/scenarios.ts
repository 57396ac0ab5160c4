import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";

export interface Load {
  rps: number;
  seconds: number;
  workers: number;
  lostWorkers?: ScenarioInput["lostWorkers"];
}

/** A steady open load whose every request carries the number of its arrival. */
export function steady(url: string, { rps, seconds, workers, lostWorkers }: Load): ScenarioInput {
  return {
    name: `${rps}/s for ${seconds} s`,
    targetUrl: `${url}/`,
    headers: { "x-arrival": "{{iteration}}" },
    durationSeconds: seconds,
    numWorkers: workers,
    loadProfile: { type: "CONSTANT", initialRps: rps },
    ...(lostWorkers === undefined ? {} : { lostWorkers }),
  };
}
