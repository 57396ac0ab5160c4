import {
  createdScenarioSchema,
  listOf,
  pageQuerySchema,
  previewSchema,
  storedScenarioSchema,
} from "@onrush/shared/api/scenarioApi.ts";
import { scenarioJsonSchema } from "@onrush/shared/scenario/scenarioJsonSchema.ts";
import { maskSecrets } from "@onrush/shared/scenario/secrets.ts";
import { jsonSchemaRoute } from "../http/jsonSchemaRoute.ts";
import { route, type Route } from "../http/route.ts";
import type { WorkerDirectory } from "../platform/ports.ts";
import { previewScenario } from "./previewScenario.ts";
import { createBody, previewBody, replaceBody } from "./scenarioBody.ts";
import type { ScenarioFiles } from "./scenarioFiles.ts";
import type { ScenarioService } from "./scenarioService.ts";
import type { ScenarioStore } from "./scenarioStore.ts";

export interface ScenarioSources {
  scenarios: ScenarioStore;
  files: ScenarioFiles;
  directory: Pick<WorkerDirectory, "list">;
}

const base = "/api/v1/scenarios";
const tags = ["scenarios"];
const params = storedScenarioSchema.pick({ id: true });

function collectionRoutes(
  service: ScenarioService,
  { scenarios: store, files, directory }: ScenarioSources,
): Route[] {
  return [
    route({
      method: "post",
      path: base,
      summary: "Store a scenario and, unless autoStart is false, start a run of it",
      tags,
      body: createBody(files),
      responses: { 201: createdScenarioSchema },
      handle: async ({ body, ownerId }) => {
        const created = await service.create(body.scenario, ownerId, body.autoStart);
        const headers = { Location: `${base}/${created.id}` };
        return { status: 201, body: maskSecrets(created), headers };
      },
    }),
    route({
      method: "get",
      path: base,
      summary: "List scenarios, newest first",
      tags,
      query: pageQuerySchema.strict(),
      responses: { 200: listOf(storedScenarioSchema) },
      handle: async ({ query }) => {
        const { items, total } = await store.list(query);
        return { status: 200, body: { items: items.map(maskSecrets), total } };
      },
    }),
    jsonSchemaRoute("/api/v1/schemas/scenario.json", {
      summary: "JSON Schema of scenarios, for completion in editors",
      tags,
      schema: scenarioJsonSchema,
    }),
    route({
      method: "post",
      path: `${base}/preview`,
      summary: "Validate a scenario and compute its rate curve; nothing is stored",
      tags,
      body: previewBody(files),
      responses: { 200: previewSchema },
      handle: async ({ body }) => {
        // Without an answer of the workers the curve is still right.
        const workers = await directory.list().catch(() => []);
        return { status: 200, body: previewScenario(body, workers) };
      },
    }),
  ];
}

function itemRoutes(service: ScenarioService, { files }: ScenarioSources): Route[] {
  const path = `${base}/:id`;
  return [
    route({
      method: "get",
      path,
      summary: "One scenario",
      tags,
      params,
      responses: { 200: storedScenarioSchema },
      handle: async ({ params }) => ({
        status: 200,
        body: maskSecrets(await service.get(params.id)),
      }),
    }),
    route({
      method: "put",
      path,
      summary: "Replace a scenario; the answer of a GET may be edited and sent back",
      tags,
      params,
      body: replaceBody(files),
      responses: { 200: storedScenarioSchema },
      handle: async ({ params, body }) => ({
        status: 200,
        body: maskSecrets(await service.replace(params.id, body)),
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

export function scenarioRoutes(service: ScenarioService, sources: ScenarioSources): Route[] {
  return [...collectionRoutes(service, sources), ...itemRoutes(service, sources)];
}
