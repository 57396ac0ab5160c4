import { plainUrl } from "@onrush/shared/format/plainUrl.ts";
import { apportion, rowCount } from "@onrush/shared/data/dataSets.ts";
import { peakRate } from "@onrush/shared/schedule/rateCurve.ts";
import { peakUsers } from "@onrush/shared/schedule/userTimeline.ts";
import type { Load } from "@onrush/shared/scenario/load.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { type PlainWorkload, scenarioWorkloads } from "@onrush/shared/scenario/workloads.ts";

/** How many rows of a data set have each value of a weighted field. */
export interface Distribution {
  set: string;
  field: string;
  values: { value: string; rows: number; percent: number }[];
}

/** What is asked of a run, as far as its progress is told by it. */
export interface RunPlan {
  name: string;
  plannedSeconds: number;
  targets: string[];
  /** The highest planned rate of all workloads together; null when none is given as a rate. */
  peakRps: number | null;
  /** What that is a rate of: an iteration of one step is a request. */
  rateOf: "requests" | "iterations";
  /** Users there at once at most; null when none is given as users. */
  users: number | null;
  /** Some workloads have users that begin anew when they have ended: their iterations have no plan. */
  hasUnplanned: boolean;
  /** How many iterations all of the run is about; null when it lasts for its time. */
  iterations: number | null;
  /** The name of the one neutral outcome, "Neutral" for several; null when there is none. */
  neutral: string | null;
  distributions: Distribution[];
}

/** What comes before the path, and the path when all go to the same place. */
function targetsOf(urls: readonly string[]): string[] {
  const distinct = [...new Set(urls.map(plainUrl))];
  if (distinct.length === 1) return distinct;
  return [...new Set(distinct.map((url) => /^[a-z]+:\/\/[^/?#]+/i.exec(url)?.[0] ?? url))];
}

function usersOf(load: Load): number {
  if (load.type === "iterations") return load.concurrency;
  return load.type === "users" ? peakUsers(load.curve) : load.devices;
}

function distributionsOf({ data = {} }: Scenario): Distribution[] {
  return Object.entries(data).flatMap(([set, document]) =>
    Object.entries(document.generate?.fields ?? {}).flatMap(([field, value]) => {
      if (typeof value !== "object" || !("weighted" in value)) return [];
      const rows = rowCount(document) ?? 0;
      const counts = apportion(Object.values(value.weighted), rows);
      const values = Object.keys(value.weighted).map((name, i) => ({
        ...{ value: name, rows: counts[i] ?? 0, percent: (100 * (counts[i] ?? 0)) / rows },
      }));
      return [{ set, field, values }];
    }),
  );
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** "no-balance" heads its column as "No-Balance". */
const headOf = (name: string) => name.split("-").map(capital).join("-");

function neutralOf(workloads: readonly PlainWorkload[]): string | null {
  const outcomes = workloads.flatMap(({ defaults, steps }) => [
    ...defaults.outcomes,
    ...steps.flatMap((step) => step.outcomes ?? []),
  ]);
  const names = outcomes.flatMap(({ name, as }) => (as === "neutral" ? [name] : []));
  const [only, ...others] = new Set(names);
  if (only === undefined) return null;
  return others.length === 0 ? headOf(only) : "Neutral";
}

/** Repeats, choices and several steps make an iteration something else than a request. */
const isOneRequest = ({ flow }: PlainWorkload) =>
  flow.length === 1 && flow.every((element) => "protocol" in element);

export function runPlan(scenario: Scenario, plannedSeconds: number): RunPlan {
  const workloads = scenarioWorkloads(scenario);
  const loads = workloads.map(({ load }) => load);
  const rates = loads.flatMap((load) => (load.type === "arrivals" ? [peakRate(load.curve)] : []));
  const users = loads.map(usersOf);
  const work = loads.flatMap((load) => (load.type === "iterations" ? [load.iterations] : []));
  const urls = workloads.flatMap(({ steps }) => steps.map(({ url }) => url));
  const hasUsers = loads.some((load) => load.type !== "arrivals" || load.devices > 0);
  return {
    ...{ name: scenario.name, plannedSeconds, targets: targetsOf(urls) },
    peakRps: rates.length === 0 ? null : rates.reduce((sum, rps) => sum + rps, 0),
    rateOf: workloads.every(isOneRequest) ? "requests" : "iterations",
    users: hasUsers ? users.reduce((sum, count) => sum + count, 0) : null,
    hasUnplanned: loads.some(({ type }) => type !== "arrivals"),
    iterations: work.length === loads.length ? work.reduce((sum, n) => sum + n, 0) : null,
    neutral: neutralOf(workloads),
    distributions: distributionsOf(scenario),
  };
}
