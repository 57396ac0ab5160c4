import { route, type Route } from "./route.ts";

/** A route that answers one JSON Schema, always the same. */
export function jsonSchemaRoute(
  path: string,
  { summary, tags, schema }: { summary: string; tags: string[]; schema: () => unknown },
): Route {
  return route({
    method: "get",
    path,
    summary,
    tags,
    responses: {
      200: {
        contentType: "application/schema+json",
        description: "JSON Schema, draft 2020-12",
        jsonSchema: { type: "object" },
      },
    },
    handle: async () => ({ status: 200, body: schema() }),
  });
}
