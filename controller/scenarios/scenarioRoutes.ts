import {
  createdScenarioSchema,
  listOf,
  pageQuerySchema,
  previewSchema,
  storedScenarioSchema,
} from "@onrush/shared/api/scenarioApi.ts";
import { route, type Route } from "../http/route.ts";
import type { WorkerDirectory } from "../platform/ports.ts";
import { previewScenario } from "./previewScenario.ts";
import { createBody, previewBody, replaceBody } from "./scenarioBody.ts";
import type { ScenarioService } from "./scenarioService.ts";
import type { ScenarioStore } from "./scenarioStore.ts";

type Directory = Pick<WorkerDirectory, "list">;

const base = "/api/v1/scenarios";
const tags = ["scenarios"];
const params = storedScenarioSchema.pick({ id: true });

function collectionRoutes(
  service: ScenarioService,
  store: ScenarioStore,
  directory: Directory,
): Route[] {
  return [
    route({
      method: "post",
      path: base,
      summary: "Store a scenario and, unless autoStart is false, start a run of it",
      tags,
      body: createBody,
      responses: { 201: createdScenarioSchema },
      handle: async ({ body, ownerId }) => {
        const created = await service.create(body.scenario, ownerId, body.autoStart);
        return { status: 201, body: created, headers: { Location: `${base}/${created.id}` } };
      },
    }),
    route({
      method: "get",
      path: base,
      summary: "List scenarios, newest first",
      tags,
      query: pageQuerySchema.strict(),
      responses: { 200: listOf(storedScenarioSchema) },
      handle: async ({ query }) => ({ status: 200, body: await store.list(query) }),
    }),
    route({
      method: "post",
      path: `${base}/preview`,
      summary: "Validate a scenario and compute its rate curve; nothing is stored",
      tags,
      body: previewBody,
      responses: { 200: previewSchema },
      handle: async ({ body }) => {
        // Without an answer of the workers the curve is still right.
        const workers = await directory.list().catch(() => []);
        return { status: 200, body: previewScenario(body, workers) };
      },
    }),
  ];
}

function itemRoutes(service: ScenarioService): Route[] {
  const path = `${base}/:id`;
  return [
    route({
      method: "get",
      path,
      summary: "One scenario",
      tags,
      params,
      responses: { 200: storedScenarioSchema },
      handle: async ({ params }) => ({ status: 200, body: await service.get(params.id) }),
    }),
    route({
      method: "put",
      path,
      summary: "Replace a scenario; the answer of a GET may be edited and sent back",
      tags,
      params,
      body: replaceBody,
      responses: { 200: storedScenarioSchema },
      handle: async ({ params, body }) => ({
        status: 200,
        body: await service.replace(params.id, body),
      }),
    }),
    route({
      method: "delete",
      path,
      summary: "Delete a scenario; its ended runs stay",
      tags,
      params,
      responses: { 204: null },
      problems: [409],
      handle: async ({ params }) => {
        await service.remove(params.id);
        return { status: 204 };
      },
    }),
  ];
}

export function scenarioRoutes(
  service: ScenarioService,
  store: ScenarioStore,
  directory: Directory,
): Route[] {
  return [...collectionRoutes(service, store, directory), ...itemRoutes(service)];
}
