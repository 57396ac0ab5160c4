import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkFile } from "./readScenario.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "onrush-files-"));
  await mkdir(join(directory, "data"));
  await writeFile(join(directory, "data", "users.csv"), "name,plan\nAda,free\nZoë,pro\n");
  await writeFile(join(directory, "broken.csv"), "name,plan\nAda\n");
  await writeFile(join(directory, "blob.bin"), Uint8Array.of(0, 255));
});
afterAll(() => rm(directory, { recursive: true }));

async function check(change: object) {
  const file = join(directory, "scenario.json");
  const scenario = {
    ...{ name: "n", targetUrl: "http://127.0.0.1/", method: "POST", durationSeconds: 10 },
    ...{ loadProfile: { type: "CONSTANT", initialRps: 1 }, ...change },
  };
  await writeFile(file, JSON.stringify(scenario));
  return checkFile(file, {});
}

const problemsOf = async (change: object) => {
  const checked = await check(change);
  return checked.ok ? [] : checked.problems.map(({ path, message }) => `${path}: ${message}`);
};

describe("the files that a scenario names", () => {
  test("are read from beside it and named by what they hold", async () => {
    const checked = await check({ data: { u: { csv: "data/users.csv" } }, bodyFile: "blob.bin" });
    if (!checked.ok) return expect.unreachable(JSON.stringify(checked.problems));
    const { files = {} } = checked.scenario;
    expect(Object.keys(files)).toEqual(["data/users.csv", "blob.bin"]);
    for (const { sha256, bytes } of Object.values(files)) {
      expect(checked.contents.get(sha256)?.length).toBe(bytes);
    }
  });

  test("are missed with the name that was meant", async () => {
    const [problem, ...more] = await problemsOf({ data: { u: { csv: "data/user.csv" } } });
    expect(problem).toMatch(/^data\.u\.csv: data\/user\.csv cannot be read: there is no /);
    expect(problem).toMatch(/; did you mean "users\.csv"\?$/);
    expect(more).toEqual([]);
  });

  test("are checked, with their lines", async () => {
    expect(await problemsOf({ data: { u: { csv: "broken.csv" } } })).toEqual([
      "data.u.csv: broken.csv, line 2: 1 fields where the first row has 2",
    ]);
    expect(await problemsOf({ data: { u: { json: "data/users.csv" } } })).toEqual([
      "data.u.json: data/users.csv, line 1: needs objects: a list of them, or one in each line",
    ]);
  });

  test("tell which fields there are", async () => {
    const data = { u: { csv: "data/users.csv" } };
    expect(await problemsOf({ data, body: "{{data.u.nam}}" })).toEqual([
      'body: column 3: data.u has no field "nam"; did you mean "name"?',
    ]);
  });

  test("are files, not folders", async () => {
    expect(await problemsOf({ bodyFile: "data" })).toEqual(["bodyFile: data is no file"]);
  });
});
