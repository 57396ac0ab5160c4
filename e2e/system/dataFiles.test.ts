import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OnrushProcess } from "./onrushProcess.ts";
import { engines, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";

const RATE = 200;
const SECONDS = 3;
const ROWS = RATE * SECONDS;

/** Numbers in an order that no counter would give, in a file with everything that quoting can do. */
const numbers = Array.from({ length: ROWS }, (_, i) => (i * 7) % ROWS);
const csv = Buffer.from(
  `\ufeffname,number\r\n${numbers.map((n) => `"user ${n}, ""the\r\nfirst""",${n}`).join("\r\n")}\r\n`,
);
const sha256 = createHash("sha256").update(csv).digest("hex");

describe.each(engines)("a run of rows from a file, %s", (_engine, start) => {
  let platform: TestPlatform;
  let target: TestTarget;
  let directory: string;

  beforeAll(async () => {
    [platform, target] = await Promise.all([start(2), startTarget("known")]);
    directory = await mkdtemp(join(tmpdir(), "onrush-rows-"));
    await writeFile(join(directory, "users.csv"), csv);
  });
  afterAll(async () => {
    await platform?.stop();
    await target?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const scenario = (): ScenarioInput => ({
    ...{ name: "rows", numWorkers: 2, durationSeconds: SECONDS },
    loadProfile: { type: "CONSTANT", initialRps: RATE },
    data: { users: { csv: "users.csv", pick: "unique" } },
    ...{ targetUrl: `${target.url}/`, method: "POST" },
    headers: { "x-arrival": "{{data.users.number}}" },
    form: { name: "{{data.users.name}}" },
  });

  const numbersSeen = async (): Promise<number[]> => {
    const answer = await fetch(`${target.url}/__numbers`);
    return [...new Float64Array(await answer.arrayBuffer())].sort((a, b) => a - b);
  };

  async function expectEachOnce(run: RunView): Promise<void> {
    expect(run.state).toBe("COMPLETED");
    expect(run.ledger).toMatchObject({ scheduled: ROWS, started: ROWS, ok: ROWS });
    expect(new Set(run.shares.map(({ workerId }) => workerId)).size).toBe(2);
    expect(await numbersSeen()).toEqual(Array.from({ length: ROWS }, (_, n) => n));
  }

  test("uses each row exactly once, whichever worker it falls to", { retry: 2 }, async () => {
    await fetch(`${target.url}/__reset`, { method: "POST" });
    const uploaded = await fetch(`${platform.api.url}/api/v1/files/${sha256}`, {
      method: "PUT",
      body: new Uint8Array(csv),
    });
    expect(uploaded.status).toBe(200);
    const files = { "users.csv": { sha256, bytes: csv.length } };
    const { runId } = await platform.api.start({ ...scenario(), files });
    await expectEachOnce(await platform.api.ended(runId));
  });

  test("is started by the command line with the file beside it", { retry: 2 }, async () => {
    await fetch(`${target.url}/__reset`, { method: "POST" });
    const file = join(directory, "scenario.json");
    const result = join(directory, "run.json");
    await writeFile(file, JSON.stringify(scenario()));
    const where = ["--controller", platform.api.url, "--json", result];
    const command = new OnrushProcess(["run", file, ...where]);
    // 4: the machine was too busy for a valid measurement, which is not the question here.
    expect([0, 4], command.output).toContain(await command.exited);
    const { items } = (await platform.api.call("GET", "/api/v1/runs")) as { items: RunView[] };
    const [newest] = items;
    if (newest === undefined) return expect.unreachable();
    await expectEachOnce(await platform.api.run(newest.id));
  });
});
