import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { parseDuration } from "./parseDuration.ts";

/** The options of `quick` that say how much load there is; absent when they were not given. */
export interface QuickLoadOptions {
  rps?: string;
  iterations?: string;
  concurrency?: string;
  vus?: string;
  duration?: string;
}

export const QUICK_DEFAULTS = { rps: "10", duration: "10s", concurrency: "1" } as const;

const flags: Record<"rps" | "iterations" | "vus", string> = {
  ...{ rps: "--rps", iterations: "-n", vus: "--vus" },
};

const refuse = (message: string) => new CliError(message, EXIT.badScenario);

/** An empty value is no number either; `Number("")` would be 0. */
const toNumber = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));

/** Refuses flags that contradict each other. Throws CliError (exit code 2). */
function onlyOneKind(options: QuickLoadOptions): void {
  const kinds = (["rps", "iterations", "vus"] as const).filter((k) => options[k] !== undefined);
  if (kinds.length > 1) {
    const given = kinds.map((kind) => flags[kind]).join(" and ");
    throw refuse(`${given} contradict each other: load is a rate, a number of requests or users`);
  }
  if (options.concurrency !== undefined && options.iterations === undefined) {
    const instead =
      options.vus === undefined ? "-c goes with -n; --vus runs users for a time" : "not with --vus";
    throw refuse(`-c says how many users share the requests of -n: ${instead}`);
  }
}

/**
 * The load of a `quick` run: a rate (`--rps`), users for a time (`--vus`), or exactly so many
 * requests by so many users (`-n`, `-c`), where a duration is only the limit.
 */
export function quickLoad(options: QuickLoadOptions): Record<string, unknown> {
  onlyOneKind(options);
  const { rps = QUICK_DEFAULTS.rps, iterations, vus, duration } = options;
  if (iterations !== undefined) {
    const limit = duration === undefined ? {} : { maxDurationSeconds: parseDuration(duration) };
    const concurrency = toNumber(options.concurrency ?? QUICK_DEFAULTS.concurrency);
    const work = { iterations: toNumber(iterations), concurrency, ...limit };
    return { loadProfile: { type: "ITERATIONS", ...work } };
  }
  const durationSeconds = parseDuration(duration ?? QUICK_DEFAULTS.duration);
  if (vus !== undefined) {
    return { durationSeconds, loadProfile: { type: "VUS", vus: toNumber(vus) } };
  }
  return { durationSeconds, loadProfile: { type: "CONSTANT", initialRps: toNumber(rps) } };
}
