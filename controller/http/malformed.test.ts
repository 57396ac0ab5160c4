import { readdirSync, readFileSync } from "node:fs";
import { problemSchema } from "@onrush/shared/api/problem.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./testServer.ts";

// The command line's own corpus: whoever posts a scenario is told the same of it.
const folder = new URL("../../cli/malformed/", import.meta.url);
const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<
  string,
  { path: string }[]
>;
// Variables are resolved by the command line, YAML is read by it.
const names = readdirSync(new URL("corpus/", folder)).filter(
  (name) => name.endsWith(".json") && !name.startsWith("variable-"),
);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test.each(names)("POST /scenarios refuses %s with the same paths", async (name) => {
  const response = await fetch(`${server.api}/scenarios`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: readFileSync(new URL(`corpus/${name}`, folder)),
  });
  expect(response.status).toBe(400);
  const { errors, detail } = problemSchema.parse(await response.json());
  const paths = (errors ?? [{ path: "" }]).map(({ path }) => path);
  expect(paths.sort(), detail).toEqual(expected[name]?.map(({ path }) => path).sort());
});
