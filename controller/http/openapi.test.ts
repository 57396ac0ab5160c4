import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./testServer.ts";

interface Operation {
  operationId: string;
  parameters?: { in: string; name: string }[];
  requestBody?: unknown;
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}
interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

let server: TestServer;
let api: OpenApi;
beforeAll(async () => {
  server = await startTestServer();
  api = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApi;
});
afterAll(() => server.close());

/** Every `$ref` anywhere in a value. */
function refs(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" && typeof inner === "string" ? [inner] : refs(inner),
  );
}

test("it is OpenAPI 3.1 of this version", () => {
  expect(api.openapi).toBe("3.1.0");
  expect(api.info).toMatchObject({ title: "Onrush", version: "1.2.3" });
});

test("it lists every route and nothing else", () => {
  const served = server.routes.map(
    ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`,
  );
  const listed = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(listed.toSorted()).toEqual(served.toSorted());
});

test("every reference resolves", () => {
  const all = refs(api);
  expect(all.length).toBeGreaterThan(10);
  for (const ref of all) {
    const found = ref
      .replace("#/", "")
      .split("/")
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], api);
    expect(found, ref).toBeDefined();
  }
});

test("schemas carry the names they were given", () => {
  const names = ["Problem", "Scenario", "CreateScenario", "Run", "Second", "RealtimeStats"];
  expect(Object.keys(api.components.schemas)).toEqual(
    expect.arrayContaining([...names, "Preview", "Worker", "LoadProfile", "Step"]),
  );
});

test("every operation names its path parameters, its statuses and its problems", () => {
  const ids: string[] = [];
  for (const [path, item] of Object.entries(api.paths)) {
    for (const operation of Object.values(item)) {
      ids.push(operation.operationId);
      const named = (operation.parameters ?? []).filter((p) => p.in === "path").map((p) => p.name);
      expect(named).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
      const statuses = Object.keys(operation.responses);
      expect(statuses.some((status) => /^[12]/.test(status))).toBe(true);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description).not.toBe("");
        if (/^[45]|default/.test(status)) {
          expect(Object.keys(response.content ?? {})).toEqual(["application/problem+json"]);
        }
      }
      if (operation.requestBody !== undefined) {
        expect(statuses).toEqual(expect.arrayContaining(["400", "413", "415"]));
      }
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
});

test("the docs page loads only from here, and every file it names is served", async () => {
  const page = await fetch(`${server.url}/docs`);
  const html = await page.text();
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
  expect(html).not.toMatch(/https?:\/\/|<script>/);
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(files).toContain("/docs/swagger-ui-bundle.js");
  for (const file of files) {
    const response = await fetch(server.url + file);
    expect(response.status, file).toBe(200);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0);
  }
});
