import { once } from "node:events";
import { connect } from "node:net";
import { problemSchema } from "@onrush/shared/api/problem.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { document, sendJson, startTestServer, type TestServer } from "./testServer.ts";

let server: TestServer;
let runId = "";
let scenarioId = "";

beforeAll(async () => {
  server = await startTestServer();
  const response = await sendJson(`${server.api}/scenarios`, "POST", document);
  const created = (await response.json()) as { id: string; runId: string };
  scenarioId = created.id;
  runId = created.runId;
});
afterAll(() => server.close());

const profile = (fields: object) => ({
  ...document,
  loadProfile: { ...document.loadProfile, ...fields },
});
const raw = (text: string) => JSON.stringify(document).replace("8.3", text);

interface Bad {
  what: string;
  status: number;
  body: unknown;
  paths?: string[];
  says?: RegExp;
  headers?: Record<string, string>;
}

const deep = (n: number) => `${"[".repeat(n)}${"]".repeat(n)}`;
const burst = { startSecond: 0, durationSeconds: 0.001, rps: 1, repeatEverySeconds: 0.002 };

const badDocuments: Bad[] = [
  { what: "no body", status: 400, body: "", says: /body is needed/ },
  { what: "broken JSON", status: 400, body: '{\n  "name": x}', says: /"x" at line 2, column 11/ },
  { what: "a cut document", status: 400, body: '{"name": "a"', says: /the end at line 1/ },
  { what: "an open string", status: 400, body: '{"name": "a', says: /not JSON/ },
  { what: "a trailing comma", status: 400, body: '{"name": "a",}', says: /"}" at line 1/ },
  { what: "single quotes", status: 400, body: "{'name': 1}", says: /line 1, column 2/ },
  { what: "NaN", status: 400, body: raw("NaN"), says: /"N" at line 1/ },
  { what: "Infinity", status: 400, body: raw("Infinity"), says: /"I" at line 1/ },
  { what: "text after the end", status: 400, body: "{} x", says: /"x" at line 1, column 4/ },
  { what: "100,000 brackets", status: 400, body: deep(100_000), says: /deeper than 64/ },
  { what: "100,000 open braces", status: 400, body: '{"a":'.repeat(100_000), says: /deeper/ },
  { what: "a deep body", status: 400, body: raw("1").replace("{", `{"body":${deep(5000)},`) },
  { what: "null", status: 400, body: "null", paths: [""] },
  { what: "a number", status: 400, body: "7", paths: [""] },
  { what: "an array", status: 400, body: "[]", paths: [""] },
  { what: "a string", status: 400, body: '"x"', paths: [""] },
  { what: "an empty object", status: 400, body: {}, paths: ["name", "loadProfile", "targetUrl"] },
  { what: "an empty name", status: 400, body: { ...document, name: " " }, paths: ["name"] },
  { what: "a numeric name", status: 400, body: { ...document, name: 5 }, paths: ["name"] },
  {
    what: "a long name",
    status: 400,
    body: { ...document, name: "x".repeat(201) },
    paths: ["name"],
  },
  {
    what: "an ftp URL",
    status: 400,
    body: { ...document, targetUrl: "ftp://a/" },
    paths: ["targetUrl"],
  },
  { what: "no URL", status: 400, body: { ...document, targetUrl: "nope" }, paths: ["targetUrl"] },
  {
    what: "a typing error",
    status: 400,
    body: { ...document, numWorker: 2 },
    paths: ["numWorker"],
    says: /numWorkers/,
  },
  { what: "a stored id on POST", status: 400, body: { ...document, id: "x" }, paths: ["id"] },
  {
    what: "autoStart as text",
    status: 400,
    body: { ...document, autoStart: "no" },
    paths: ["autoStart"],
  },
  {
    what: "autoStart as null",
    status: 400,
    body: { ...document, autoStart: null },
    paths: ["autoStart"],
  },
  {
    what: "two faults and autoStart",
    status: 400,
    body: { ...document, autoStart: 1, name: 1, numWorkers: 0 },
    paths: ["autoStart", "name", "numWorkers"],
  },
  {
    what: "zero workers",
    status: 400,
    body: { ...document, numWorkers: 0 },
    paths: ["numWorkers"],
  },
  {
    what: "half a worker",
    status: 400,
    body: { ...document, numWorkers: 1.5 },
    paths: ["numWorkers"],
  },
  {
    what: "a negative rate",
    status: 400,
    body: profile({ initialRps: -1 }),
    paths: ["loadProfile.initialRps"],
  },
  {
    what: "a rate as text",
    status: 400,
    body: profile({ initialRps: "9" }),
    paths: ["loadProfile.initialRps"],
  },
  { what: "a rate of 1e999", status: 400, body: raw("1e999"), paths: ["loadProfile.initialRps"] },
  { what: "a rate of 1e300", status: 400, body: raw("1e300"), paths: ["loadProfile.initialRps"] },
  { what: "four decimals", status: 400, body: raw("1.2345"), paths: ["loadProfile.initialRps"] },
  { what: "no load", status: 400, body: profile({ initialRps: 0 }), paths: ["loadProfile"] },
  {
    what: "an unknown profile",
    status: 400,
    body: profile({ type: "WAVE" }),
    paths: ["loadProfile.type"],
  },
  {
    what: "a duration of 0",
    status: 400,
    body: { ...document, durationSeconds: 0 },
    paths: ["durationSeconds"],
  },
  {
    what: "eight days",
    status: 400,
    body: { ...document, durationSeconds: 691_200 },
    paths: ["durationSeconds"],
  },
  {
    what: "a burst outside",
    status: 400,
    body: profile({ type: "BURST", bursts: [{ startSecond: 9, durationSeconds: 5, rps: 1 }] }),
    paths: ["loadProfile.bursts[0]"],
  },
  {
    what: "300 million repetitions",
    status: 400,
    body: { ...profile({ type: "BURST", bursts: [burst] }), durationSeconds: 604_800 },
    paths: ["loadProfile.bursts"],
  },
  {
    what: "a header with a line break",
    status: 400,
    body: { ...document, headers: { A: "b\r\nC: d" } },
    paths: ["headers.A"],
  },
  {
    what: "a bad header name",
    status: 400,
    body: { ...document, headers: { "A B": "c" } },
    paths: ["headers.A B"],
  },
  {
    what: "a null header",
    status: 400,
    body: { ...document, headers: { A: null } },
    paths: ["headers.A"],
  },
  {
    what: "__proto__",
    status: 400,
    body: raw("1").replace("{", '{"__proto__":{"x":1},'),
    paths: ["__proto__"],
  },
  {
    what: "__proto__ among headers",
    status: 400,
    body: raw("1").replace("{", '{"headers":{"__proto__":{"x":1}},'),
    paths: ["headers.__proto__"],
  },
  {
    what: "constructor.prototype in a body",
    status: 400,
    body: { ...document, method: "POST", body: { constructor: { prototype: {} } } },
    paths: ["body.constructor"],
  },
  {
    what: "constructor as a field",
    status: 400,
    body: { ...document, constructor: 1 },
    paths: ["constructor"],
  },
  {
    what: "a body over 1 MB",
    status: 413,
    body: { ...document, description: "x".repeat(1_000_001) },
  },
  { what: "text", status: 415, body: "name=x", headers: { "Content-Type": "text/plain" } },
  {
    what: "a form",
    status: 415,
    body: "a=b",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  },
  {
    what: "another charset",
    status: 415,
    body: "{}",
    headers: { "Content-Type": "application/json; charset=latin1" },
  },
  { what: "gzip", status: 415, body: "{}", headers: { "Content-Encoding": "gzip" } },
  {
    what: "a long user id",
    status: 400,
    body: document,
    headers: { "X-User-Id": "u".repeat(201) },
    paths: ["X-User-Id"],
  },
];

async function expectProblem(
  response: Response,
  { status, paths, says }: Omit<Bad, "what" | "body">,
) {
  const text = await response.text();
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect({ status: response.status, text }).toMatchObject({ status });
  const problem = problemSchema.parse(JSON.parse(text));
  expect(text).not.toMatch(/node:|\.ts:\d|at Object/);
  const named = problem.errors?.map((error) => error.path) ?? [];
  for (const path of paths ?? []) expect(named).toContain(path);
  if (says !== undefined)
    expect(`${problem.detail} ${JSON.stringify(problem.errors)}`).toMatch(says);
}

describe("a document that cannot be a scenario", () => {
  beforeEach(() => expect(server.scenarios.all.size).toBe(1));

  test.each(badDocuments)("POST refuses $what with $status", async (bad) => {
    const response = await sendJson(`${server.api}/scenarios`, "POST", bad.body, bad.headers);
    await expectProblem(response, bad);
    expect(server.scenarios.all.size).toBe(1);
    expect(server.runs.all.size).toBe(1);
    expect(Object.prototype).not.toHaveProperty("x");
  });

  const puts = badDocuments.filter(({ body }) => !JSON.stringify(body).includes("autoStart"));
  const ignored = new Set(["a stored id on POST"]);
  test.each(puts.filter(({ what }) => !ignored.has(what)))("PUT refuses $what", async (bad) => {
    const before = server.scenarios.all.get(scenarioId);
    const url = `${server.api}/scenarios/${scenarioId}`;
    // An ownerId is of no use to a PUT, yet a wrong one is still refused.
    await expectProblem(await sendJson(url, "PUT", bad.body, bad.headers), bad);
    expect(server.scenarios.all.get(scenarioId)).toBe(before);
  });

  test("bytes that are not UTF-8 are refused", async () => {
    const headers = { "Content-Type": "application/json" };
    const body = new Uint8Array([0x22, 0xff, 0xfe, 0x22]);
    const url = `${server.api}/scenarios`;
    await expectProblem(await fetch(url, { method: "POST", headers, body }), { status: 400 });
  });

  test("a chunked body over 1 MB is refused before it ends", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const type = "Content-Type: application/json\r\nTransfer-Encoding: chunked";
    socket.write(`POST /api/v1/scenarios HTTP/1.1\r\nHost: localhost\r\n${type}\r\n\r\n`);
    socket.write(`${(1_100_000).toString(16)}\r\n${" ".repeat(1_100_000)}\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 [^]*application\/problem\+json/);
  });

  test("50,000 unknown fields are answered with a bounded list", async () => {
    const fields = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`unknown${i}`, 0]));
    const response = await sendJson(`${server.api}/scenarios`, "POST", { ...document, ...fields });
    const problem = problemSchema.parse(await response.json());
    expect(problem.errors?.length).toBe(100);
    expect(problem.detail).toContain("more problems");
  });
});

const badRequests: [string, string, number, string?][] = [
  ["GET", "/api/v1/scenarios?limit=0", 400, "limit"],
  ["GET", "/api/v1/scenarios?limit=501", 400, "limit"],
  ["GET", "/api/v1/scenarios?limit=abc", 400, "limit"],
  ["GET", "/api/v1/scenarios?limit=1.5", 400, "limit"],
  ["GET", "/api/v1/scenarios?limit=1&limit=2", 400, "limit"],
  ["GET", "/api/v1/scenarios?offset=-1", 400, "offset"],
  ["GET", "/api/v1/scenarios?offset=1e400", 400, "offset"],
  ["GET", "/api/v1/scenarios?offset=%ZZ", 400, "offset"],
  ["GET", "/api/v1/scenarios?page=2", 400, "page"],
  ["GET", "/api/v1/scenarios?__proto__=2", 400, "__proto__"],
  ["GET", "/api/v1/runs/RUN/seconds?from=x", 400, "from"],
  ["GET", "/api/v1/runs/RUN/seconds?from=5&to=4", 400, "to"],
  ["GET", "/api/v1/runs/RUN/seconds?from=0&to=3600", 400, "to"],
  ["GET", "/api/v1/scenarios/SCENARIO/stats/realtime?lastNSeconds=0", 400, "lastNSeconds"],
  ["GET", "/api/v1/scenarios/SCENARIO/stats/realtime?lastNSeconds=3601", 400, "lastNSeconds"],
  ["GET", "/api/v1/scenarios/SCENARIO/stats/realtime?lastNSeconds=NaN", 400, "lastNSeconds"],
  ["GET", "/api/v1/scenarios/SCENARIO/stats/realtime?lastNSeconds=", 400, "lastNSeconds"],
  ["GET", "/api/v1/live", 400, "runId"],
  ["GET", "/api/v1/scenarios/%E0%A4%A", 400],
  ["GET", "/%", 400],
  ["GET", "/api/v1/scenarios/__proto__", 404],
  ["GET", "/api/v1/scenarios/..%2f..%2fetc%2fpasswd", 404],
  ["GET", "/api/v1/scenarios/a%00b", 404],
  ["PUT", "/api/v1/scenarios/none", 404],
  ["DELETE", "/api/v1/scenarios/none", 404],
  ["POST", "/api/v1/scenarios/none/runs", 404],
  ["GET", "/api/v1/scenarios/none/stats/realtime", 404],
  ["GET", "/api/v1/runs/none", 404],
  ["POST", "/api/v1/runs/none/stop", 404],
  ["DELETE", "/api/v1/runs/none", 404],
  ["GET", "/api/v1/runs/none/seconds", 404],
  ["GET", "/api/v1/nothing", 404],
  ["POST", "/nothing", 404],
  ["GET", "/docs/package.json", 404],
  ["GET", "/docs/..%2fpackage.json", 404],
  ["PATCH", "/api/v1/scenarios", 405],
  ["GET", "/api/v1/scenarios/preview", 405],
  ["POST", "/api/v1/scenarios/SCENARIO", 405],
  ["GET", "/api/v1/runs/RUN/stop", 405],
  ["POST", "/health", 405],
  ["DELETE", "/openapi.json", 405],
  ["GET", "/api/v1/live?runId=x", 426],
];

test.each(badRequests)("%s %s is a problem with %i", async (method, path, status, field) => {
  const url = server.url + path.replace("RUN", runId).replace("SCENARIO", scenarioId);
  const response = await (method === "PUT"
    ? sendJson(url, method, document)
    : fetch(url, { method }));
  if (status === 405) expect(response.headers.get("allow")).toMatch(/[A-Z]+, OPTIONS/);
  await expectProblem(response, { status, ...(field === undefined ? {} : { paths: [field] }) });
});

async function sendRaw(text: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write(text);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "end");
  socket.destroy();
  return Buffer.concat(chunks).toString();
}

test.each([
  ["what is not HTTP", "hello\r\n\r\n", 400],
  ["headers without end", `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ["no Host", "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
  ["a foreign Host", "GET /health HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n", 403],
  [
    "a Host that begins like ours",
    "GET /health HTTP/1.1\r\nHost: localhost.evil.test\r\nConnection: close\r\n\r\n",
    403,
  ],
])("%s is answered with a problem", async (_what, text, status) => {
  const answer = await sendRaw(text);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*application/problem\\+json`));
});

test("a page of another origin may not start a run", async () => {
  const url = `${server.api}/scenarios/${scenarioId}/runs`;
  const foreign = await fetch(url, { method: "POST", headers: { Origin: "http://evil.test" } });
  expect(foreign.status).toBe(403);
  expect(server.runs.all.size).toBe(1);
});
