import { runViewSchema } from "@onrush/shared/api/runView.ts";
import {
  createdScenarioSchema,
  listOf,
  pageQuerySchema,
  storedScenarioSchema,
} from "@onrush/shared/api/scenarioApi.ts";
import { conflict, notFound } from "../http/httpProblem.ts";
import { route, type Route } from "../http/route.ts";
import type { ScenarioService } from "../scenarios/scenarioService.ts";
import type { Runs } from "./runs.ts";

const base = "/api/v1/runs";
const tags = ["runs"];
const params = runViewSchema.pick({ id: true });
const startedSchema = createdScenarioSchema
  .pick({ runId: true })
  .required()
  .meta({ id: "StartedRun" });
const runsQuery = pageQuerySchema
  .extend(runViewSchema.pick({ scenarioId: true }).partial().shape)
  .strict();

function startRoute(runs: Runs, scenarios: ScenarioService): Route {
  return route({
    method: "post",
    path: "/api/v1/scenarios/:id/runs",
    summary: "Start a run of a scenario",
    tags,
    params: storedScenarioSchema.pick({ id: true }),
    responses: { 202: startedSchema },
    handle: async ({ params, ownerId }) => {
      const run = await runs.start(await scenarios.get(params.id), ownerId);
      return { status: 202, body: { runId: run.id }, headers: { Location: `${base}/${run.id}` } };
    },
  });
}

function readRoutes(runs: Runs): Route[] {
  return [
    route({
      method: "get",
      path: base,
      summary: "List runs, newest first, of one scenario or of all",
      tags,
      query: runsQuery,
      responses: { 200: listOf(runViewSchema) },
      handle: async ({ query: { scenarioId, ...page } }) => ({
        status: 200,
        body: await runs.list(page, scenarioId),
      }),
    }),
    route({
      method: "get",
      path: `${base}/:id`,
      summary: "One run",
      tags,
      params,
      responses: { 200: runViewSchema },
      handle: async ({ params: { id } }) => {
        const run = await runs.get(id);
        if (run === undefined) throw notFound("run", id);
        return { status: 200, body: run };
      },
    }),
  ];
}

function changeRoutes(runs: Runs): Route[] {
  return [
    route({
      method: "post",
      path: `${base}/:id/stop`,
      summary: "Stop a run; one that has ended stays as it is",
      tags,
      params,
      responses: { 202: runViewSchema },
      handle: async ({ params: { id } }) => {
        const run = await runs.stop(id);
        if (run === undefined) throw notFound("run", id);
        return { status: 202, body: run };
      },
    }),
    route({
      method: "delete",
      path: `${base}/:id`,
      summary: "Delete an ended run with its data",
      tags,
      params,
      responses: { 204: null },
      problems: [409],
      handle: async ({ params: { id } }) => {
        const outcome = await runs.remove(id);
        if (outcome === "unknown") throw notFound("run", id);
        if (outcome === "active") throw conflict("The run is active: stop it first.");
        return { status: 204 };
      },
    }),
  ];
}

export function runRoutes(runs: Runs, scenarios: ScenarioService): Route[] {
  return [startRoute(runs, scenarios), ...readRoutes(runs), ...changeRoutes(runs)];
}
