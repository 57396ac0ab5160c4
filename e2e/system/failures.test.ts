import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPrivateRedis } from "../services/redisServer.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { startEmbedded, startTarget, type TestTarget } from "./platforms.ts";
import { expectAllStarted } from "./standstills.ts";
import { writtenRun } from "./writtenRun.ts";

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** A port where nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

const STACK_TRACE = /\n\s+at .+:\d+:\d+/;

describe("without its services the platform says so and ends", () => {
  const cases: [string, string[], string, RegExp][] = [
    ["up without Redis", ["up"], "REDIS_URL", /Redis does not answer at 127\.0\.0\.1/],
    ["controller without Redis", ["controller"], "REDIS_URL", /Redis does not answer/],
    ["worker without Redis", ["worker"], "REDIS_URL", /Redis does not answer/],
    ["up without MongoDB", ["up"], "MONGODB_URL", /MongoDB does not answer at 127\.0\.0\.1/],
  ];
  test.each(cases)("%s", async (_name, args, variable, message) => {
    const scheme = variable === "REDIS_URL" ? "redis" : "mongodb";
    const url = `${scheme}://user:secret@127.0.0.1:${await closedPort()}`;
    const env = { [variable]: url, PORT: "0", ONRUSH_DATA: scratch };
    const onrush = new OnrushProcess(args, env);
    expect(await onrush.exited).toBe(1);
    expect(onrush.output).toMatch(message);
    expect(onrush.output).not.toMatch(STACK_TRACE);
    expect(onrush.output).not.toContain("secret");
    expect(onrush.groupAlive).toBe(false);
  });

  test("a port that is taken, and unusable settings, are named", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    const taken = new OnrushProcess(["up"], { PORT: port, ONRUSH_DATA: scratch });
    expect(await taken.exited).toBe(1);
    expect(taken.output).toContain(port);
    expect(taken.output).not.toMatch(STACK_TRACE);
    server.close();

    const wrong = new OnrushProcess(["up"], { PORT: "a lot", AUTH: "maybe", ONRUSH_DATA: scratch });
    expect(await wrong.exited).toBe(1);
    expect(wrong.output).toContain('PORT="a lot"');
    expect(wrong.output).toContain("AUTH");

    const open = new OnrushProcess(["up"], { HOST: "0.0.0.0", PORT: "0", ONRUSH_DATA: scratch });
    expect(await open.exited).toBe(1);
    expect(open.output).toContain("AUTH=none");
  });
});

describe("Ctrl-C ends everything that was started", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("up on %s, with a run going on", async (signal) => {
    const target = await startTarget("known");
    const platform = await startEmbedded(2);
    const { runId } = await platform.api.start({
      name: "endless",
      targetUrl: `${target.url}/`,
      durationSeconds: 600,
      numWorkers: 2,
      loadProfile: { type: "CONSTANT", initialRps: 100 },
    });
    await platform.api.until(runId, (run) => run.state === "RUNNING");
    const [up] = platform.processes;
    if (signal === "SIGTERM" && up !== undefined) process.kill(up.pid, signal);
    else up?.signalGroup(signal);
    expect(await up?.exited).toBe(0);
    expect(up?.groupAlive).toBe(false);
    await target.stop();
    await platform.stop();
  });

  test("up that is killed outright leaves no worker behind", async () => {
    const platform = await startEmbedded(2);
    const [up] = platform.processes;
    if (up !== undefined) process.kill(up.pid, "SIGKILL");
    await up?.exited;
    await expect.poll(() => up?.groupAlive).toBe(false);
    await platform.stop();
  });

  test("a worker and a controller on Redis", async () => {
    const redis = await startPrivateRedis();
    if (!redis.available) throw new Error(redis.reason);
    const env = { REDIS_URL: redis.url, PORT: "0", ONRUSH_DATA: scratch };
    const controller = new OnrushProcess(["controller"], env);
    const worker = new OnrushProcess(["worker", "--labels", "region=eu"], env);
    await Promise.all([controller.waitFor(/controller at/), worker.waitFor(/is ready/)]);
    expect(await worker.end()).toBe(0);
    expect(await controller.end()).toBe(0);
    expect(worker.groupAlive || controller.groupAlive).toBe(false);
    await redis.stop();
  });
});

describe("the run command", () => {
  let target: TestTarget;
  beforeAll(async () => {
    target = await startTarget("known", "--status-mix", "200:3,500:1");
  });
  afterAll(() => target.stop());

  const scenarioFile = async (name: string, document: unknown) => {
    const file = join(scratch, name);
    await writeFile(file, typeof document === "string" ? document : JSON.stringify(document));
    return file;
  };
  const scenario = (durationSeconds: number) => ({
    name: "from a file",
    targetUrl: `${target.url}/`,
    durationSeconds,
    numWorkers: 2,
    loadProfile: { type: "CONSTANT", initialRps: 100 },
  });

  test("runs a file embedded, reports and leaves nothing behind", async () => {
    const file = await scenarioFile("ok.json", scenario(2));
    const json = join(scratch, "run.json");
    const onrush = new OnrushProcess(["run", file, "--json", json]);
    const code = await onrush.exited;
    const run = await writtenRun(json);
    expectAllStarted(run, 200);
    const { started, dropped, ok, failed } = run.ledger;
    const ledger = `200 scheduled = ${started} started + ${dropped} dropped + 0 lost`;
    expect(onrush.output).toContain(ledger);
    // Every fourth is answered with 500.
    expect(Math.abs(failed - started / 4)).toBeLessThan(1);
    expect(ok).toBe(started - failed);
    expect(onrush.output).toContain(`200: ${ok}, 500: ${failed}`);
    expect(code).toBe(run.verdict.validity === "INVALID" ? 4 : 0);
    expect(onrush.groupAlive).toBe(false);
  });

  test("exits with 2 for a scenario with problems, naming every field", async () => {
    const bad = {
      ...scenario(-2),
      name: "",
      colour: 1,
      loadProfile: { type: "CONSTANT", initialRps: "1" },
    };
    const file = await scenarioFile("bad.json", bad);
    const onrush = new OnrushProcess(["run", file]);
    expect(await onrush.exited).toBe(2);
    for (const path of ["name", "durationSeconds", "colour", "loadProfile.initialRps"]) {
      expect(onrush.output).toContain(`  ${path}: `);
    }
    for (const text of ["{", "[1, 2]", ""]) {
      const broken = new OnrushProcess(["run", await scenarioFile("broken.json", text)]);
      expect(await broken.exited).toBe(2);
      expect(broken.output).not.toMatch(STACK_TRACE);
    }
    expect(await new OnrushProcess(["run", join(scratch, "missing.json")]).exited).toBe(2);
  });

  test("exits with 1 when the controller it is to use does not answer", async () => {
    const file = await scenarioFile("ok.json", scenario(1));
    const onrush = new OnrushProcess([
      "run",
      file,
      "--controller",
      `http://127.0.0.1:${await closedPort()}`,
    ]);
    expect(await onrush.exited).toBe(1);
    expect(onrush.output).toContain("no controller answers");
  });

  test("Ctrl-C stops gracefully, still reports, and exits with 130", async () => {
    const file = await scenarioFile("long.json", scenario(120));
    const onrush = new OnrushProcess(["run", file]);
    await onrush.waitFor(/Total: +\d+ \|/);
    expect(await onrush.end()).toBe(130);
    expect(onrush.output).toContain("STOPPED");
    expect(onrush.output).toMatch(/scheduled = [\d,]+ started/);
    expect(onrush.groupAlive).toBe(false);
  });

  test("quick loads one URL, here or at a controller", async () => {
    const platform = await startEmbedded(1);
    for (const place of [[], ["--controller", platform.api.url]]) {
      const json = join(scratch, `quick-${place.length}.json`);
      const load = [`${target.url}/`, "--rps", "50", "--duration", "1s", "--json", json];
      const quick = new OnrushProcess(["quick", ...load, ...place]);
      await quick.exited;
      const run = await writtenRun(json);
      expectAllStarted(run, 50);
      expect(quick.output).toContain(`50 scheduled = ${run.ledger.started} started`);
    }
    await platform.stop();
  });
});
