import { STATUS_CODES } from "node:http";
import { problemSchema } from "@onrush/shared/api/problem.ts";
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from "zod-openapi";
import { PROBLEM_TYPE } from "./httpProblem.ts";
import { isRawResponse, type ResponseSpec, type Route } from "./route.ts";

function responseObject(status: string, spec: ResponseSpec): ZodOpenApiResponseObject {
  const description = STATUS_CODES[status] ?? status;
  if (spec === null) return { description };
  if (isRawResponse(spec)) {
    const text = { schema: { type: "string" as const } };
    const content = {
      [spec.contentType]: { schema: spec.jsonSchema },
      ...Object.fromEntries((spec.alternatives ?? []).map((type) => [type, text])),
    };
    return { description: spec.description, content };
  }
  return { description, content: { "application/json": { schema: spec } } };
}

/** Statuses with a problem document: by the shape of the route, and what it declares. */
function problemStatuses(route: Route): number[] {
  const needsParts = route.path.startsWith("/api/");
  const hasInput = route.query !== undefined || route.bodySchema !== undefined;
  const statuses = [
    ...(hasInput ? [400] : []),
    ...(route.params === undefined ? [] : [404]),
    ...(route.bodySchema === undefined ? [] : [413, 415]),
    ...(route.binaryBody === undefined ? [] : [400, 413, 415]),
    // Redis or the database may be away.
    ...(needsParts ? [503] : []),
    ...route.problems,
  ];
  return [...new Set(statuses)].sort((a, b) => a - b);
}

const problemResponse = (description: string): ZodOpenApiResponseObject => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: problemSchema } },
});

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** `POST /api/v1/runs/:id/stop` is `postRunsIdStop`. */
function operationId(route: Route): string {
  const words = route.path.replace("/api/v1", "").split(/[^a-zA-Z]+/);
  return route.method + words.map(capital).join("");
}

const userIdHeader = {
  name: "X-User-Id",
  in: "header" as const,
  description: "Becomes the ownerId of what is created; `anonymous` without it.",
  schema: { type: "string" as const, maxLength: 200 },
};

function binaryBody({ contentType }: NonNullable<Route["binaryBody"]>) {
  return { required: true, content: { [contentType]: { schema: { type: "string" as const } } } };
}

function operation(route: Route): ZodOpenApiOperationObject {
  const responses: Record<string, ZodOpenApiResponseObject> = {};
  for (const [status, spec] of Object.entries(route.responses)) {
    responses[status] = responseObject(status, spec);
  }
  for (const status of problemStatuses(route)) {
    responses[status] ??= problemResponse(STATUS_CODES[status] ?? "Error");
  }
  const requestParams = {
    ...(route.params === undefined ? {} : { path: route.params }),
    ...(route.query === undefined ? {} : { query: route.query }),
  } as NonNullable<ZodOpenApiOperationObject["requestParams"]>;
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [...route.tags],
    requestParams,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(route.method === "post" ? { parameters: [userIdHeader] } : {}),
    ...(route.bodySchema === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: route.bodySchema } },
          },
        }),
    ...(route.binaryBody === undefined ? {} : { requestBody: binaryBody(route.binaryBody) }),
    responses: { ...responses, default: problemResponse("Any other problem") },
  };
}

/** The OpenAPI 3.1 document of exactly these routes. */
export function openapiDocument(routes: readonly Route[], version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Onrush",
      version,
      description: "Distributed load testing. Errors are RFC 9457 problem documents.",
    },
    servers: [{ url: "/" }],
    paths,
  });
}
