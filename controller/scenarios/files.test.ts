import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request as sendRequest } from "node:http";
import { problemSchema } from "@onrush/shared/api/problem.ts";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { document, sendJson, startTestServer, type TestServer } from "../http/testServer.ts";

const csv = Buffer.from("name,plan\nAda,free\nZoë,pro\n");
const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const sha256 = sha256Of(csv);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const put = (hash: string, body: Uint8Array) =>
  fetch(`${server.api}/files/${hash}`, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: new Uint8Array(body),
  });
const problemsOf = async (answer: Response) => problemSchema.parse(await answer.json()).errors;

describe("a file", () => {
  test("is kept under the SHA-256 of its bytes, however often it is sent", async () => {
    for (let i = 0; i < 2; i++) {
      const answer = await put(sha256, csv);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ sha256, bytes: csv.length });
    }
    const read = await fetch(`${server.api}/files/${sha256}`);
    expect(read.headers.get("content-type")).toBe("application/octet-stream");
    expect(Buffer.from(await read.arrayBuffer()).equals(csv)).toBe(true);
    const head = await fetch(`${server.api}/files/${sha256}`, { method: "HEAD" });
    expect([head.status, (await head.arrayBuffer()).byteLength]).toEqual([200, 0]);
  });

  test("of another name is refused, and the right one is told", async () => {
    const answer = await put("0".repeat(64), csv);
    expect(answer.status).toBe(400);
    expect(await problemsOf(answer)).toEqual([
      { path: "sha256", message: expect.stringContaining(sha256) as string },
    ]);
    expect(server.files.all.has("0".repeat(64))).toBe(false);
  });

  test("that nobody sent is not there, and a name that is none is told apart", async () => {
    expect((await fetch(`${server.api}/files/${"1".repeat(64)}`)).status).toBe(404);
    expect((await fetch(`${server.api}/files/users.csv`)).status).toBe(400);
  });

  test("that is too large is refused before it is read", async () => {
    const answer = await fetch(`${server.api}/files/${sha256}`, {
      method: "PUT",
      body: new Uint8Array(64_000_001),
    });
    expect(answer.status).toBe(413);
  });
});

describe("uploads", () => {
  const small = Buffer.from("small");
  const metricsOf = async ({ url }: TestServer) => (await fetch(`${url}/metrics`)).text();
  const startOwn = async (overrides: Parameters<typeof startTestServer>[0]) => {
    const own = await startTestServer(overrides);
    onTestFinished(() => own.close());
    return own;
  };
  const putTo = ({ api }: TestServer, bytes: Uint8Array) =>
    fetch(`${api}/files/${sha256Of(bytes)}`, { method: "PUT", body: new Uint8Array(bytes) });

  /** A body that comes when it is let go; its head has arrived. */
  async function begin({ api }: TestServer, bytes: Uint8Array) {
    const request = sendRequest(`${api}/files/${sha256Of(bytes)}`, {
      method: "PUT",
      headers: { "content-length": bytes.length, expect: "100-continue" },
    });
    const answered = once(request, "response") as Promise<[IncomingMessage]>;
    await once(request, "continue");
    return async () => {
      request.end(bytes);
      const [{ statusCode }] = await answered;
      request.destroy();
      return statusCode;
    };
  }

  test("beyond what is held at once are sent back, and are told when to come again", async () => {
    const own = await startOwn({ uploads: { count: 1, bytes: 64_000_000 } });
    const letGo = await begin(own, csv);
    const sentBack = await putTo(own, small);
    expect(sentBack.status).toBe(429);
    expect(sentBack.headers.get("retry-after")).toBe("1");
    expect(problemSchema.parse(await sentBack.json())).toMatchObject({
      type: "urn:onrush:problem:too-many-requests",
      detail: expect.stringContaining("UPLOADS_MAX") as string,
    });
    expect(await letGo()).toBe(200);
    expect((await putTo(own, small)).status).toBe(200);
    expect(await metricsOf(own)).toMatch(/onrush_uploads_refused_total\{reason="busy"\} 1\n/);
  });

  test("that break off give their slot back", async () => {
    const own = await startOwn({ uploads: { count: 1, bytes: 64_000_000 } });
    const [answer] = await Promise.all([
      fetch(`${own.api}/files/${sha256Of(csv)}`, {
        method: "PUT",
        body: new Uint8Array(64_000_001),
      }),
      // Refused for what it holds.
      fetch(`${own.api}/files/${"0".repeat(64)}`, { method: "PUT", body: new Uint8Array(csv) }),
    ]);
    expect([413, 429]).toContain(answer.status);
    expect((await putTo(own, csv)).status).toBe(200);
  });

  test("for which there is no room are refused with what to do", async () => {
    const own = await startOwn({ limits: { days: 7, bytes: 20 } });
    const answer = await putTo(own, csv);
    expect(answer.status).toBe(507);
    expect(problemSchema.parse(await answer.json())).toMatchObject({
      ...{ type: "urn:onrush:problem:storage-full", title: "Insufficient Storage" },
      detail: expect.stringMatching(
        /^With this file .* Delete scenarios .* FILES_MAX_MB higher\.$/,
      ) as string,
    });
    expect((await putTo(own, small)).status).toBe(200);
    const metrics = await metricsOf(own);
    expect(metrics).toContain('onrush_uploads_refused_total{reason="full"} 1\n');
    expect(metrics).toContain("onrush_file_bytes 5\n");
  });

  test("and questions whether they are there are uses", async () => {
    const own = await startOwn({});
    await putTo(own, csv);
    own.files.usedAtMs.set(sha256, 0);
    expect((await fetch(`${own.api}/files/${sha256}`, { method: "HEAD" })).status).toBe(200);
    expect(own.files.usedAtMs.get(sha256)).toBeGreaterThan(0);
    expect((await fetch(`${own.api}/files/${sha256Of(small)}`, { method: "HEAD" })).status).toBe(
      404,
    );
    own.files.usedAtMs.set(sha256, 0);
    const files = { "users.csv": { sha256, bytes: csv.length } };
    const preview = { ...document, files };
    expect((await sendJson(`${own.api}/scenarios/preview`, "POST", preview)).status).toBe(200);
    expect(own.files.usedAtMs.get(sha256)).toBeGreaterThan(0);
  });
});

describe("a scenario that names a file", () => {
  const withFile = (change: object = {}, hash = sha256) => ({
    ...{ ...document, method: "POST", body: "{{data.users.name}}", autoStart: false },
    data: { users: { csv: "users.csv", ...change } },
    files: { "users.csv": { sha256: hash, bytes: csv.length } },
  });
  const post = (body: object, path = "") =>
    sendJson(`${server.api}/scenarios${path}`, "POST", body);

  test("is taken when the file was uploaded", async () => {
    await put(sha256, csv);
    expect((await post(withFile())).status).toBe(201);
    expect((await post(withFile(), "/preview")).status).toBe(200);
  });

  test("is refused with what to do when the file was not uploaded", async () => {
    const answer = await post(withFile({}, "2".repeat(64)));
    expect(answer.status).toBe(400);
    expect(await problemsOf(answer)).toEqual([
      {
        path: "files.users.csv",
        message: `was not uploaded: PUT it to /api/v1/files/${"2".repeat(64)} first`,
      },
    ]);
    const without = await post({ ...withFile(), files: {} });
    expect(await problemsOf(without)).toEqual([
      { path: "data.users.csv", message: expect.stringContaining("is not in files") as string },
    ]);
  });

  test("is held against what is in the file", async () => {
    await put(sha256, csv);
    const body = "{{data.users.nmae}}";
    expect(await problemsOf(await post({ ...withFile({ pick: "unique" }), body }))).toEqual([
      { path: "body", message: expect.stringContaining('did you mean "name"?') as string },
    ]);
    expect(await problemsOf(await post(withFile({ pick: "unique" })))).toEqual([
      { path: "data.users.pick", message: expect.stringContaining("there are 2") as string },
    ]);
    const header = ["a", "b", "c"];
    expect(await problemsOf(await post(withFile({ header }), "/preview"))).toEqual([
      { path: "data.users", message: "users.csv, line 1: 2 fields; header names 3" },
    ]);
  });
});
