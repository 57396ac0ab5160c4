import { runViewSchema } from "@onrush/shared/api/runView.ts";
import { listOf, pageQuerySchema, storedScenarioSchema } from "@onrush/shared/api/scenarioApi.ts";
import { realtimeStatsSchema, secondViewSchema } from "@onrush/shared/api/secondView.ts";
import { badRequest, notFound } from "../http/httpProblem.ts";
import { route, type Route } from "../http/route.ts";
import type { Runs } from "../runs/runs.ts";
import type { ScenarioService } from "../scenarios/scenarioService.ts";

/** Seconds in one answer at most; a longer run is read piece by piece. */
const MAX_SECONDS = 3_600;

const wholeNumber = pageQuerySchema.shape.offset.unwrap();

const realtimeQuery = pageQuerySchema
  .pick({})
  .extend({ lastNSeconds: wholeNumber.min(1).max(3_600).default(30) })
  .strict();

const secondsQuery = pageQuerySchema
  .pick({})
  .extend({
    from: wholeNumber.default(0).meta({ description: "First second, 0 is the run's first." }),
    to: wholeNumber.optional().meta({
      description: `Last second, inclusive; at most ${MAX_SECONDS} seconds in one answer (default).`,
    }),
  })
  .strict();

const refuse = (message: string) =>
  badRequest("The query is not valid.", [{ path: "to", message }]);

function secondRange({ from, to }: { from: number; to?: number | undefined }) {
  const last = to ?? from + MAX_SECONDS - 1;
  if (last < from) throw refuse("not before from");
  if (last - from >= MAX_SECONDS) throw refuse(`at most ${MAX_SECONDS} seconds at once`);
  return { from, last };
}

/** The numbers of runs: live statistics of a scenario, and the series of one run. */
export function resultRoutes(runs: Runs, scenarios: ScenarioService): Route[] {
  return [
    route({
      method: "get",
      path: "/api/v1/scenarios/:id/stats/realtime",
      summary: "The latest run of a scenario over its last closed seconds",
      tags: ["results"],
      params: storedScenarioSchema.pick({ id: true }),
      query: realtimeQuery,
      responses: { 200: realtimeStatsSchema },
      handle: async ({ params: { id }, query }) => {
        await scenarios.get(id);
        return { status: 200, body: await runs.realtime(id, query.lastNSeconds) };
      },
    }),
    route({
      method: "get",
      path: "/api/v1/runs/:id/seconds",
      summary: "The closed seconds of a run; total counts those of the range asked for",
      tags: ["results"],
      params: runViewSchema.pick({ id: true }),
      query: secondsQuery,
      responses: { 200: listOf(secondViewSchema) },
      handle: async ({ params: { id }, query }) => {
        const { from, last } = secondRange(query);
        const items = await runs.seconds(id, from, last);
        if (items === undefined) throw notFound("run", id);
        return { status: 200, body: { items, total: items.length } };
      },
    }),
  ];
}
