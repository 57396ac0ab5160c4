import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { connectRedisWorkerLink } from "@onrush/controller/platform/redis/redisWorkerLink.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import { redisServerProblem } from "@onrush/shared/wire/redisKeys.ts";
import { connectRedisControllerLink } from "@onrush/worker/agent/redis/redisControllerLink.ts";
import { freePort } from "../services/freePort.ts";
import { withheldMs } from "../system/standstills.ts";
import { openRedisBench } from "./linkBench.ts";
import { eventually } from "./linkEventually.ts";
import { privateRedisState, withRedis } from "./linkPrivateRedis.ts";
import { sampleHeartbeat, sampleTask, stopCommand } from "./linkSamples.ts";

const ignore = () => undefined;

async function refusalOf(connecting: Promise<unknown>): Promise<string> {
  const startMs = Date.now();
  const refusal = await connecting.then(
    () => "it connected",
    (error: unknown) => String(error),
  );
  expect(Date.now() - startMs - withheldMs(startMs)).toBeLessThan(5_000);
  return refusal;
}

const { isSkipped, reason } = await privateRedisState();
if (reason !== "") console.warn(`tests that restart Redis are not run${reason}`);

describe.skipIf(isSkipped)(`the link when Redis restarts${reason}`, () => {
  it("goes on by itself: reports, tasks, commands and heartbeats", () =>
    withRedis(async (first) => {
      const bench = await openRedisBench(first.url);
      const worker = await bench.addWorker();
      const seen: number[] = [];
      const taken: string[] = [];
      const heard: Command[] = [];
      bench.controller.reports.read("run", "0", (entries) => {
        seen.push(...entries.map(({ bytes }) => bytes[0] ?? -1));
      });
      await worker.tasks.consume("a", async ({ runId }) => void taken.push(runId));
      await worker.commands.subscribe((command) => heard.push(command));
      await worker.reports.append("run", Uint8Array.of(1));
      await eventually(() => expect(seen).toEqual([1]));

      await first.stop();
      await expect(bench.controller.ping()).rejects.toThrow();
      await expect(worker.directory.beat(sampleHeartbeat("a"))).rejects.toThrow();
      await expect(bench.controller.tasks.assign("a", sampleTask("lost"))).rejects.toThrow();
      const duringOutage = worker.reports.append("run", Uint8Array.of(2));

      await withRedis(
        async () => {
          await duringOutage;
          await eventually(() => expect(seen).toEqual([1, 2]));
          await eventually(() => worker.directory.beat(sampleHeartbeat("a")));
          await eventually(() => bench.controller.ping());
          await bench.controller.tasks.assign("a", sampleTask("fresh"));
          await eventually(() => expect(taken).toEqual(["fresh"]));
          await eventually(async () => {
            await bench.controller.control.send(stopCommand("run", 1));
            expect(heard).toContainEqual(stopCommand("run", 1));
          });
          expect(bench.warnings.join("\n")).toContain("is lost, reconnecting");
          await bench.close();
        },
        { port: first.port },
      );
    }));

  it("closes while Redis is away", () =>
    withRedis(async (server) => {
      const prefix = "away";
      const controller = await connectRedisWorkerLink({ url: server.url, prefix, warn: ignore });
      const worker = await connectRedisControllerLink({ url: server.url, prefix, warn: ignore });
      controller.reports.read("run", "0", () => undefined);
      await controller.tasks.assign("a", sampleTask("run"));
      await worker.tasks.consume("a", async () => undefined);
      await worker.commands.subscribe(() => undefined);
      await server.stop();
      const append = worker.reports.append("run", Uint8Array.of(1));
      const appended = expect(append).rejects.toThrow("the link is closed");
      const startMs = Date.now();
      await Promise.all([controller.close(), worker.close()]);
      expect(Date.now() - startMs - withheldMs(startMs)).toBeLessThan(3_000);
      await appended;
    }));
});

describe.skipIf(isSkipped)(`a process with both links${reason}`, () => {
  it("ends by itself once they are closed", () =>
    withRedis(async (server) => {
      const script = fileURLToPath(new URL("./linkUseAndClose.ts", import.meta.url));
      const child = spawn(process.execPath, [script, server.url], {
        stdio: ["ignore", "inherit", "inherit"],
        timeout: 20_000,
      });
      expect(await once(child, "exit")).toEqual([0, null]);
    }));
});

describe("connecting to Redis", () => {
  it("fails with what to do when nobody answers, and names no credentials", async () => {
    const port = await freePort();
    const url = `redis://me:topsecret@127.0.0.1:${port}`;
    const expected =
      `Error: Redis does not answer at 127.0.0.1:${port} (REDIS_URL): ` +
      "start it or unset REDIS_URL to run embedded";
    const refusals = await Promise.all([
      refusalOf(connectRedisWorkerLink({ url })),
      refusalOf(connectRedisControllerLink({ url })),
    ]);
    expect(refusals).toEqual([expected, expected]);
  });

  it.each(["", "localhost:6379", "http://127.0.0.1:6379"])(
    "fails on %j, which is no Redis URL",
    async (url) => {
      const refusal = await refusalOf(connectRedisWorkerLink({ url }));
      expect(refusal).toContain("REDIS_URL must look like redis://HOST:PORT");
    },
  );

  it.skipIf(isSkipped)("fails at once on a wrong or missing password", () =>
    withRedis(async ({ port, url: openUrl }) => {
      const direct = new Redis(openUrl);
      await direct.config("SET", "requirepass", "correct");
      direct.disconnect();
      for (const login of ["", ":guess@", "me:guess@"]) {
        const url = `redis://${login}127.0.0.1:${port}`;
        const refusal = await refusalOf(connectRedisWorkerLink({ url }));
        expect(refusal).toContain(`Redis at 127.0.0.1:${port} refuses the login of REDIS_URL`);
        expect(refusal).not.toContain("guess");
      }
    }),
  );

  it.skipIf(isSkipped)("reads reports as the user and from the database of REDIS_URL", () =>
    withRedis(async ({ port, url: openUrl }) => {
      const direct = new Redis(openUrl);
      await direct.call("ACL", "SETUSER", "me", "on", ">s:cret", "~*", "&*", "+@all");
      await direct.call("ACL", "SETUSER", "default", "off");
      direct.disconnect();
      const bench = await openRedisBench(`redis://me:s%3Acret@127.0.0.1:${port}/3`);
      const worker = await bench.addWorker();
      const seen: number[] = [];
      bench.controller.reports.read("run", "0", (entries) => {
        seen.push(...entries.map(({ bytes }) => bytes[0] ?? -1));
      });
      await worker.reports.append("run", Uint8Array.of(1));
      await eventually(() => expect(seen).toEqual([1]));
      await bench.close();
    }),
  );

  it.skipIf(isSkipped)("warns of a server that may evict keys", () =>
    withRedis(
      async ({ url }) => {
        const warnings: string[] = [];
        const warn = (text: string) => void warnings.push(text);
        const link = await connectRedisWorkerLink({ url, warn });
        await link.close();
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toContain("maxmemory-policy is allkeys-lru");
      },
      { extraArguments: ["--maxmemory-policy", "allkeys-lru"] },
    ),
  );

  it.each([
    ["6.0.16", "it is version 6.0.16, Onrush needs 6.2 or later"],
    ["5.9.0", "it is version 5.9.0, Onrush needs 6.2 or later"],
    ["6.2.0", undefined],
    ["7.0.15", undefined],
    ["10.0.0", undefined],
  ])("judges version %s", (version, problem) => {
    expect(redisServerProblem(`# Server\r\nredis_version:${version}\r\n`)).toBe(problem);
  });
});
