import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDockerfile } from "@onrush/deploy/dockerfile.ts";
import { runnableCommands } from "@onrush/docs/extractCommands.ts";
import { pages } from "@onrush/docs/pages.ts";
import { startMongo } from "../services/mongoServer.ts";
import { startPrivateRedis } from "../services/redisServer.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { startEmbedded, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("every command that a page marks as runnable", () => {
  const commands = pages().flatMap(({ file, text }) => runnableCommands(file, text));
  let platform: TestPlatform;
  let known: TestTarget;
  let gateway: TestTarget;

  beforeAll(async () => {
    [platform, known, gateway] = await Promise.all([
      startEmbedded(1),
      startTarget("known"),
      startTarget("sms-gateway"),
    ]);
  });
  afterAll(async () => {
    await Promise.all([platform, known, gateway].map((started) => started?.stop()));
  });

  test("there are some", () => expect(commands.length).toBeGreaterThan(3));

  test.each(commands)("$file:$line $text", async ({ text }) => {
    // The pages name the default ports; the test's own are free ones.
    const here = text
      .replaceAll("http://127.0.0.1:8080", platform.api.url)
      .replaceAll("http://127.0.0.1:9092", known.url)
      .replaceAll("http://127.0.0.1:9091", gateway.url);
    const shell = new OnrushProcess(["-c", `cd "$ROOT" && ${here}`], { ROOT: root }, "sh");
    const code = await shell.exited;
    // 4: the machine was too busy for a valid measurement, which the command rightly says.
    expect(text.includes("onrush") ? [0, 4] : [0], shell.output).toContain(code);
    expect(shell.output).not.toMatch(/"status":4\d\d/);
  });
});

describe("the start command of each image, run directly", () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  async function startImage(name: string, env: NodeJS.ProcessEnv, ...more: string[]) {
    const file = join(root, "deploy/docker", `${name}.Dockerfile`);
    const { command = [], environment } = parseDockerfile(await readFile(file, "utf8"));
    const [program = "", ...args] = command;
    const process = ["-c", `cd "$ROOT" && exec ${program} "$@"`, "sh", ...args, ...more];
    return new OnrushProcess(process, { ...environment, ROOT: root, ...env }, "sh");
  }

  test("controller, worker and target work together as in the Compose file", async () => {
    const [redis, mongo] = await Promise.all([startPrivateRedis(), startMongo()]);
    if (!redis.available) throw new Error(redis.reason);
    if (!mongo.available) throw new Error(mongo.reason);
    const services = { REDIS_URL: redis.url, MONGODB_URL: mongo.url, ONRUSH_DATABASE: "images" };
    const open = { HOST: "0.0.0.0", AUTH: "none", PORT: "0", ONRUSH_DATA: scratch };
    const controller = await startImage("controller", { ...services, ...open });
    const worker = await startImage("worker", services);
    const target = await startImage("target", {}, "--port", "0");
    const [, port = ""] = await controller.waitFor(/controller at http:\/\/0\.0\.0\.0:(\d+)/);
    await worker.waitFor(/is ready/);
    await target.waitFor(/listens at/);
    const ready = await fetch(`http://127.0.0.1:${port}/ready`);
    expect(ready.status).toBe(200);
    for (const process of [worker, target, controller]) {
      expect(await process.end("SIGTERM")).toBe(0);
      expect(process.groupAlive).toBe(false);
    }
    await Promise.all([redis.stop(), mongo.stop()]);
  });
});
