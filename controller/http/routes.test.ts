import { problemSchema } from "@onrush/shared/api/problem.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isRawResponse } from "./route.ts";
import {
  document,
  sendJson,
  startTestServer,
  testSecond,
  type TestServer,
  testWorker,
} from "./testServer.ts";

let server: TestServer;
beforeEach(async () => (server = await startTestServer()));
afterEach(() => server.close());

/** Fetches and checks the answer against what the matching route declares. */
async function call(method: string, path: string, body?: unknown, headers = {}) {
  const url = `${server.url}${path}`;
  const response = await (body === undefined
    ? fetch(url, { method, headers })
    : sendJson(url, method, body, headers));
  const text = await response.text();
  const { status } = response;
  const routePath = path
    .replace(/\?.*/, "")
    .replace(/(scenarios|runs)\/(?!preview)[^/]+/, "$1/:id");
  const route = server.routes.find(
    (r) => r.path === routePath && r.method === method.toLowerCase(),
  );
  expect(route, `${method} ${routePath} is a declared route`).toBeDefined();
  const type = response.headers.get("content-type") ?? "";
  if (status >= 400) {
    expect(type).toBe("application/problem+json");
    const problem = problemSchema.parse(JSON.parse(text));
    expect(problem.status).toBe(status);
    return { status, body: problem, headers: response.headers, text };
  }
  const spec = route?.responses[status];
  expect(spec, `${status} is declared`).not.toBeUndefined();
  if (spec === null || spec === undefined) {
    expect(text).toBe("");
    return { status, body: undefined, headers: response.headers, text };
  }
  if (isRawResponse(spec)) {
    expect(type).toContain(spec.contentType.split(";")[0]);
    const parsed: unknown = spec.contentType === "application/json" ? JSON.parse(text) : text;
    return { status, body: parsed, headers: response.headers, text };
  }
  expect(type).toBe("application/json; charset=utf-8");
  const parsed = spec.safeParse(JSON.parse(text));
  expect(parsed.error).toBeUndefined();
  return { status, body: JSON.parse(text) as unknown, headers: response.headers, text };
}

const plain = { version: "1.1", maxRedirects: 0 };
const maskedHttp = { proxy: "http://me:***@proxy:3128" };

async function create(autoStart: boolean, headers = {}) {
  const { body } = await call("POST", "/api/v1/scenarios", { ...document, autoStart }, headers);
  return body as { id: string; runId?: string; ownerId: string };
}

describe("scenarios", () => {
  test("POST stores the scenario and starts a run at once", async () => {
    const answer = await call("POST", "/api/v1/scenarios", document, { "X-User-Id": "ada" });
    expect(answer.status).toBe(201);
    const created = answer.body as { id: string; runId: string };
    expect(answer.headers.get("location")).toBe(`/api/v1/scenarios/${created.id}`);
    expect(server.runs.all.get(created.runId)).toMatchObject({
      scenarioId: created.id,
      ownerId: "ada",
    });
    expect(server.scenarios.all.get(created.id)).toMatchObject({ ownerId: "ada", name: "Small" });
  });

  test("POST with autoStart false starts nothing and does not store autoStart", async () => {
    const created = await create(false);
    expect(created).not.toHaveProperty("runId");
    expect(created).not.toHaveProperty("autoStart");
    expect(created.ownerId).toBe("anonymous");
    expect(server.runs.all.size).toBe(0);
    expect(server.scenarios.all.get(created.id)).not.toHaveProperty("autoStart");
  });

  test("POST leaves nothing behind when the run cannot be started, and tells no internals", async () => {
    server.runs.start = () => Promise.reject(new Error("secret-host:6379 refused"));
    const { status, text } = await call("POST", "/api/v1/scenarios", document);
    expect(status).toBe(500);
    expect(text).not.toContain("secret-host");
    expect(server.logged.join("")).toContain("secret-host");
    expect(server.scenarios.all.size).toBe(0);
  });

  test("GET lists newest first, by pages", async () => {
    const ids = [await create(false), await create(false), await create(false)].map((s) => s.id);
    const { body } = await call("GET", "/api/v1/scenarios?limit=2&offset=1");
    const { items, total } = body as { items: { id: string }[]; total: number };
    expect(items.map((s) => s.id)).toEqual([ids[1], ids[0]]);
    expect(total).toBe(3);
  });

  test("GET, edit, PUT works with the answer as it came", async () => {
    const { id } = await create(false);
    const got = await call("GET", `/api/v1/scenarios/${id}`);
    const edited = { ...(got.body as object), name: "Renamed", id: "other", ownerId: "mallory" };
    const put = await call("PUT", `/api/v1/scenarios/${id}`, edited);
    expect(put.status).toBe(200);
    expect(put.body).toMatchObject({ id, name: "Renamed", ownerId: "anonymous" });
    expect([...server.scenarios.all.keys()]).toEqual([id]);
  });

  test("nobody is shown the credentials of a proxy, and they survive an edited GET", async () => {
    const http = { proxy: "http://me:hunter2@proxy:3128" };
    const created = await call("POST", "/api/v1/scenarios", {
      ...document,
      http,
      autoStart: false,
    });
    const { id } = created.body as { id: string };
    const shown = await call("GET", `/api/v1/scenarios/${id}`);
    const edited = { ...(shown.body as object), name: "edited" };
    const put = await call("PUT", `/api/v1/scenarios/${id}`, edited);
    const list = await call("GET", "/api/v1/scenarios");
    for (const { status, text } of [created, shown, put, list]) {
      expect(status).toBeLessThan(300);
      expect(text).toContain("http://me:***@proxy:3128");
      expect(text).not.toContain("hunter2");
    }
    const stored = await server.scenarios.get(id);
    expect([stored?.name, stored?.http]).toEqual(["edited", { ...http, ...plain }]);
    const copy = await call("POST", "/api/v1/scenarios", { ...document, http: maskedHttp });
    expect(copy).toMatchObject({ status: 400, body: { errors: [{ path: "http.proxy" }] } });
  });

  test("no PUT makes a mask tell what it hides", async () => {
    const secret = { headers: { "X-Id": "hunter2" }, secrets: ["headers.X-Id"] };
    const created = await call("POST", "/api/v1/scenarios", {
      ...{ ...document, ...secret, autoStart: false },
    });
    const { id } = created.body as { id: string };
    const shown = created.body as { headers: object };
    const put = (change: object) =>
      call("PUT", `/api/v1/scenarios/${id}`, { ...shown, method: "POST", ...change });
    const unlisted = await put({ secrets: [] });
    const masked = { ...secret, headers: { "X-Id": "***" } };
    expect(unlisted).toMatchObject({ status: 200, body: masked });
    for (const change of [{ targetUrl: "https://elsewhere/" }, { body: { a: "***" } }]) {
      const refused = await put(change);
      expect(refused).toMatchObject({ status: 400, body: { errors: [{}] } });
      expect(refused.text).toContain("write the secret again");
    }
    const stored = await server.scenarios.get(id);
    expect(stored).toMatchObject(secret);
  });

  test("DELETE removes; while a run is active it is refused", async () => {
    const { id, runId = "" } = await create(true);
    expect((await call("DELETE", `/api/v1/scenarios/${id}`)).status).toBe(409);
    await call("POST", `/api/v1/runs/${runId}/stop`);
    expect((await call("DELETE", `/api/v1/scenarios/${id}`)).status).toBe(204);
    expect((await call("GET", `/api/v1/scenarios/${id}`)).status).toBe(404);
  });

  test("preview computes the exact curve and stores nothing", async () => {
    const { status, body } = await call("POST", "/api/v1/scenarios/preview", document);
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalIterations: 83, totalRequests: 83, durationSeconds: 10 });
    const { workloads } = body as { workloads: { plannedPerSecond: number[] }[] };
    expect(workloads[0]?.plannedPerSecond.reduce((a, b) => a + b, 0)).toBe(83);
    expect(body).toMatchObject({ warnings: [] });
    expect(server.scenarios.all.size).toBe(0);
  });

  test("preview warns of a plan above what the workers measured", async () => {
    const capacity = { requestsPerSecond: 5, perThread: 5, perConnection: 1 };
    server.directory.workers = [{ ...testWorker, capacity }];
    const { body } = await call("POST", "/api/v1/scenarios/preview", document);
    const { warnings } = body as { warnings: string[] };
    expect(warnings).toEqual([expect.stringMatching(/peak of 8 requests\/s .* 5\/s/)]);
    const { body: listed } = await call("GET", "/api/v1/workers");
    expect(listed).toMatchObject({ items: [{ capacity }] });
  });

  test("preview answers while the workers cannot be asked", async () => {
    const list = vi.spyOn(server.directory, "list").mockRejectedValue(new Error("away"));
    const { status, body } = await call("POST", "/api/v1/scenarios/preview", document);
    expect([status, body]).toMatchObject([200, { totalIterations: 83, warnings: [] }]);
    list.mockRestore();
  });
});

describe("runs", () => {
  test("start, read, list, stop and delete", async () => {
    const { id } = await create(false);
    const started = await call("POST", `/api/v1/scenarios/${id}/runs`);
    expect(started.status).toBe(202);
    const { runId } = started.body as { runId: string };
    expect((await call("GET", `/api/v1/runs/${runId}`)).body).toMatchObject({ state: "QUEUED" });
    expect((await call("GET", `/api/v1/runs?scenarioId=${id}`)).body).toMatchObject({ total: 1 });
    expect((await call("GET", "/api/v1/runs?scenarioId=none")).body).toEqual({
      items: [],
      total: 0,
    });
    expect((await call("DELETE", `/api/v1/runs/${runId}`)).status).toBe(409);
    const stop = await call("POST", `/api/v1/runs/${runId}/stop`);
    expect(stop.status).toBe(202);
    expect(stop.body).toMatchObject({ id: runId, state: "STOPPED" });
    expect((await call("DELETE", `/api/v1/runs/${runId}`)).status).toBe(204);
    expect((await call("GET", `/api/v1/runs/${runId}`)).status).toBe(404);
  });

  test("seconds answer the range asked for", async () => {
    const { runId = "" } = await create(true);
    server.runs.stored.set(
      runId,
      [0, 1, 2, 3].map((n) => testSecond(n)),
    );
    const { body } = await call("GET", `/api/v1/runs/${runId}/seconds?from=1&to=2`);
    expect(body).toMatchObject({ items: [{ second: 1 }, { second: 2 }], total: 2 });
    expect((await call("GET", `/api/v1/runs/${runId}/seconds`)).body).toMatchObject({ total: 4 });
  });

  test("realtime is zeros before any run and takes the window asked for afterwards", async () => {
    const { id } = await create(false);
    const path = `/api/v1/scenarios/${id}/stats/realtime`;
    expect((await call("GET", path)).body).toMatchObject({ runId: null, totalRequests: 0 });
    await call("POST", `/api/v1/scenarios/${id}/runs`);
    expect((await call("GET", path)).body).toMatchObject({ windowSeconds: 30 });
    expect((await call("GET", `${path}?lastNSeconds=3600`)).body).toMatchObject({
      windowSeconds: 3600,
    });
  });
});

describe("operations", () => {
  test("workers are listed in the API's words", async () => {
    const { body } = await call("GET", "/api/v1/workers");
    const worker = { id: "w-1", lag: 0.4, lastSeen: "2026-11-20T10:00:00.000Z", runId: null };
    expect(body).toMatchObject({ items: [worker], total: 1 });
  });

  test("health tells version and engine, also when nothing else answers", async () => {
    server.directory.list = () => Promise.reject(new Error("down"));
    const { status, body } = await call("GET", "/health");
    expect(status).toBe(200);
    const engine = { link: "local", store: "sqlite" };
    expect(body).toEqual({ status: "ok", version: "1.2.3", engine, auth: "none" });
  });

  test("ready needs a worker", async () => {
    expect((await call("GET", "/ready")).body).toEqual({ status: "ready", workers: 1 });
    server.directory.workers = [];
    const { status, body } = await call("GET", "/ready");
    expect(status).toBe(503);
    expect(body).toMatchObject({ errors: [{ path: "workers", message: "none seen yet" }] });
  });

  test("ready names each dependency that does not answer, without its error", async () => {
    const other = await startTestServer({
      checks: { store: () => Promise.reject(new Error("mongo.internal:27017")) },
    });
    const response = await fetch(`${other.url}/ready`);
    const text = await response.text();
    await other.close();
    expect(response.status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ path: "store" }] });
    expect(text).not.toContain("27017");
  });

  const away = () => Promise.reject(new Error("mongo.internal:27017"));
  const here = () => Promise.resolve();

  test.each([
    ["Redis", { workers: away, store: here }, /^Redis does not answer \(REDIS_URL\): .*ask again/],
    ["MongoDB", { workers: here, store: away }, /^MongoDB does not answer \(MONGODB_URL\): /],
    ["both", { workers: away, store: away }, /^Redis does not answer .*, MongoDB does not answer/],
  ])("a request that fails while %s is away names it, and when to ask again", async (...row) => {
    const [, checks, detail] = row;
    const engine = { link: "redis", store: "mongodb" } as const;
    const info = { version: "1.2.3", engine, auth: "none" } as const;
    const other = await startTestServer({ checks, info });
    other.directory.list = away;
    const response = await fetch(`${other.api}/workers`);
    const text = await response.text();
    await other.close();
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(problemSchema.parse(JSON.parse(text)).detail).toMatch(detail);
    expect(text).not.toContain("27017");
  });

  test("a request that fails while everything answers is a fault of ours", async () => {
    const other = await startTestServer({ checks: { workers: here, store: here } });
    other.directory.list = away;
    const response = await fetch(`${other.api}/workers`);
    await other.close();
    expect(response.status).toBe(500);
  });

  test.each(["/metrics", "/actuator/prometheus"])("%s is Prometheus text", async (path) => {
    const { text, headers } = await call("GET", path);
    expect(headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(text).toContain("loadtest_active_workers 1");
    expect(text).toContain("process_cpu_user_seconds_total");
  });

  test("every route was declared once", () => {
    const keys = server.routes.map((route) => `${route.method} ${route.path}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
