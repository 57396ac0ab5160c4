import { runViewSchema } from "@onrush/shared/api/runView.ts";
import { toHdrV2, toHgrm } from "@onrush/shared/metrics/hdrHistogram.ts";
import { histogramQuerySchema } from "@onrush/shared/report/reportQueries.ts";
import { chooseHistogram, histogramDocument } from "@onrush/shared/report/runHistogram.ts";
import { badRequest } from "../http/httpProblem.ts";
import { type RawResponse, route, type Route } from "../http/route.ts";
import type { RunPlan } from "../planning/runPlan.ts";
import type { Runs } from "../runs/runs.ts";
import { foldTotals } from "./foldResults.ts";
import { resultsOf } from "./resultsOf.ts";

const quoted = (names: readonly string[]) => [...new Set(names)].map((name) => `"${name}"`);

/** What there is instead of what was asked for. */
function unknownName(
  { workloads }: RunPlan,
  asked: { workload?: string | undefined; step?: string | undefined },
) {
  const { workload, step } = asked;
  const chosen = workloads.filter(({ name }) => workload === undefined || workload === name);
  const problem =
    chosen.length === 0
      ? { path: "workload", names: workloads.map(({ name }) => name), value: workload }
      : {
          ...{ path: "step", value: step },
          names: chosen.flatMap(({ steps }) => steps.map(({ name }) => name)),
        };
  const message = `the run has no "${problem.value}", only ${quoted(problem.names).join(", ")}`;
  return badRequest("The query is not valid.", [{ path: problem.path, message }]);
}

const answer: RawResponse<unknown> = {
  contentType: "application/json; charset=utf-8",
  description: "In the format asked for",
  jsonSchema: { type: "object" },
  alternatives: ["text/plain; charset=utf-8"],
};

/** The merged latencies of a whole run, as HdrHistogram's formats and as JSON. */
export function histogramRoute(runs: Runs): Route {
  return route({
    method: "get",
    path: "/api/v1/runs/:id/histogram",
    summary: "The latencies of a run, a workload or a step, merged over the whole run",
    tags: ["reports"],
    params: runViewSchema.pick({ id: true }),
    query: histogramQuerySchema,
    responses: { 200: answer },
    handle: async ({ params: { id }, query }) => {
      const results = await resultsOf(runs, id);
      const histogram = chooseHistogram(await foldTotals(results), results.plan, query);
      if (histogram === undefined) throw unknownName(results.plan, query);
      const headers = { "Content-Type": "text/plain; charset=utf-8" };
      switch (query.format) {
        case "hgrm":
          return { status: 200, body: toHgrm(histogram), headers };
        case "v2":
          return { status: 200, body: `${toHdrV2(histogram)}\n`, headers };
        case "json":
          return { status: 200, body: histogramDocument(histogram, query, query.percentiles) };
      }
    },
  });
}
