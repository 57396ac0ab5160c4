import { setImmediate as turn } from "node:timers/promises";
import { compareStepwise } from "@onrush/shared/analysis/compareRuns.ts";
import {
  compareQuerySchema,
  comparisonSchema,
  type Comparison,
  type RunSample,
} from "@onrush/shared/analysis/comparison.ts";
import { runViewSchema } from "@onrush/shared/api/runView.ts";
import { Intervals } from "@onrush/shared/report/intervals.ts";
import { scenarioOutline } from "@onrush/shared/report/scenarioOutline.ts";
import { badRequest, conflict, HttpProblem } from "../http/httpProblem.ts";
import { route, type Route } from "../http/route.ts";
import type { RunResults } from "../runs/runResults.ts";
import type { Runs } from "../runs/runs.ts";
import { eachSecond, loadedSeconds } from "./foldResults.ts";
import { resultsOf } from "./resultsOf.ts";

/** Redrawn pairs before anything else gets its turn: some milliseconds. */
const SLICE = 10;

async function sampleOf(results: RunResults): Promise<RunSample> {
  const { run, plan } = results;
  if (run.summary === null) throw conflict(`Nothing has been measured of the run ${run.id} yet.`);
  const intervals = new Intervals(loadedSeconds(results));
  for await (const record of eachSecond(results)) intervals.add(record);
  return { ...run, scenario: scenarioOutline(plan.scenario), intervals: intervals.finish() };
}

async function compare(baseline: RunSample, candidate: RunSample, threshold: number) {
  const steps = compareStepwise(baseline, candidate, { threshold });
  for (let n = 1; ; n++) {
    const step = steps.next();
    if (step.done === true) return step.value satisfies Comparison;
    if (n % SLICE === 0) await turn();
  }
}

/** The baseline is in the query: that there is none is a fault of the query. */
async function baselineOf(runs: Runs, id: string): Promise<RunResults> {
  try {
    return await resultsOf(runs, id);
  } catch (error) {
    if (!(error instanceof HttpProblem) || error.status !== 404) throw error;
    throw badRequest("The query is not valid.", [{ path: "to", message: `no run "${id}"` }]);
  }
}

export function compareRoute(runs: Runs): Route {
  return route({
    method: "get",
    path: "/api/v1/runs/:id/compare",
    summary: "How a run differs from another one: ratios with 95 % intervals, and a verdict",
    tags: ["reports"],
    params: runViewSchema.pick({ id: true }),
    query: compareQuerySchema,
    responses: { 200: comparisonSchema },
    problems: [409],
    handle: async ({ params: { id }, query: { to, threshold } }) => {
      const candidate = await sampleOf(await resultsOf(runs, id));
      const baseline = await sampleOf(await baselineOf(runs, to));
      return { status: 200, body: await compare(baseline, candidate, threshold / 100) };
    },
  });
}
