import { createHash } from "node:crypto";
import { problemSchema } from "@onrush/shared/api/problem.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
