import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import express from "express";
import type { Express } from "express";
import { openapiDocument } from "./openapi.ts";
import { route, type Route } from "./route.ts";

const swaggerDir = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Onrush API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

// A file of its own: the content security policy allows no inline script.
const startScript = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true });
`;

const served = new Set(["/swagger-ui.css", "/swagger-ui-bundle.js", "/favicon-32x32.png"]);

/** Swagger UI's own files, from the package and from nowhere else. */
export function docsFiles(app: Express): void {
  app.get("/docs/start.js", (_request, response) => {
    response.type("text/javascript").set("Cache-Control", "no-cache").send(startScript);
  });
  const files = express.static(swaggerDir, { index: false, maxAge: "1d", fallthrough: true });
  app.use("/docs", (request, response, next) => {
    if (served.has(request.path)) files(request, response, next);
    else next();
  });
}

/** `/docs`, and `/openapi.json` describing `routes` together with these two. */
export function docsRoutes(routes: readonly Route[], version: string): Route[] {
  const docs = route({
    method: "get",
    path: "/docs",
    summary: "This description as a page to try out",
    tags: ["operations"],
    responses: {
      200: { contentType: "text/html; charset=utf-8", description: "A page", jsonSchema: {} },
    },
    handle: async () => ({ status: 200, body: page }),
  });
  let document: string | undefined;
  const openapi: Route = route({
    method: "get",
    path: "/openapi.json",
    summary: "The OpenAPI 3.1 document",
    tags: ["operations"],
    responses: {
      200: {
        contentType: "application/json",
        description: "OpenAPI 3.1",
        jsonSchema: { type: "object" },
      },
    },
    handle: async () => {
      document ??= JSON.stringify(openapiDocument([...routes, docs, openapi], version));
      return { status: 200, body: document };
    },
  });
  return [docs, openapi];
}
