import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { redisKeys, TOMBSTONE_TTL_MS } from "@onrush/shared/wire/redisKeys.ts";
import { ChaosWorker, startChaos } from "./platform.ts";
import { withoutFiles } from "./refusedFiles.ts";
import { steady } from "./scenarios.ts";
import { waitUntil } from "./waitUntil.ts";

const load = { rps: 50, seconds: 2, workers: 2 };
/** A worker that was killed is remembered for a minute. */
const FORGOTTEN_WITHIN_MS = 100_000;

const rows = Buffer.from("user\nann\n");
const sha256 = createHash("sha256").update(rows).digest("hex");

test("Redis keeps of runs and workers that are over what docs/distributed.md says, and nothing else", async (scope) => {
  let env: NodeJS.ProcessEnv = {};
  const platform = await startChaos(scope, {
    workers: 2,
    startWorker: (given) => ChaosWorker.start(scope, (env = given)),
  });
  const { api, target, redis, workers } = platform;
  const bare = { ...env, NODE_OPTIONS: withoutFiles, WORKER_LABELS: "files=none" };
  const unable = await ChaosWorker.start(scope, bare);

  const completed = await api.start(steady(target.url, load));
  expect((await api.outcome(completed.runId)).state).toBe("COMPLETED");

  const deleted = await api.start(steady(target.url, load));
  await api.outcome(deleted.runId);
  await api.call("DELETE", `/api/v1/runs/${deleted.runId}`);

  const stopped = await api.start(steady(target.url, { ...load, seconds: 60 }));
  await api.loaded(stopped.runId, 1);
  await api.call("POST", `/api/v1/runs/${stopped.runId}/stop`);
  expect((await api.outcome(stopped.runId)).state).toBe("STOPPED");

  await fetch(`${api.url}/api/v1/files/${sha256}`, { method: "PUT", body: rows });
  const failed = await api.start({
    ...steady(target.url, { ...load, workers: 1 }),
    data: { users: { csv: "users.csv" } },
    files: { "users.csv": { sha256, bytes: rows.length } },
    ...{ body: "{{data.users.user}}", method: "POST", labels: { files: "none" } },
  });
  expect((await api.outcome(failed.runId)).state).toBe("FAILED");
  await unable.process.end("SIGTERM");

  const healed = await api.start(steady(target.url, { ...load, seconds: 8 }));
  await api.loaded(healed.runId, 1);
  const [dies, lives] = workers;
  await dies?.kill();
  await api.outcome(healed.runId);

  const direct = new Redis(redis.url);
  scope.onTestFinished(() => direct.disconnect());
  const keys = redisKeys(env["ONRUSH_PREFIX"]);
  const over = [completed, deleted, stopped, failed, healed].map(({ runId }) => keys.shares(runId));
  const kept = [keys.workers, keys.workersSince, keys.leaseToken, ...over].sort();
  const ofLiving = `${keys.queuePrefix}:${keys.taskQueue(lives?.id ?? "")}:`;
  await waitUntil(
    "everything else is cleared",
    async () => {
      const found = await direct.keys("*");
      expect(found.filter((key) => !key.startsWith(ofLiving)).sort()).toEqual(kept);
      return true;
    },
    FORGOTTEN_WITHIN_MS,
  );
  expect(await direct.hkeys(keys.workers)).toEqual([lives?.id]);
  for (const key of over) {
    const lifeMs = await direct.pttl(key);
    expect(lifeMs, key).toBeGreaterThan(0);
    expect(lifeMs, key).toBeLessThanOrEqual(TOMBSTONE_TTL_MS);
  }
});
