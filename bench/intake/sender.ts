import { setTimeout as pause } from "node:timers/promises";
import { openConnection } from "@onrush/controller/platform/redis/redisConnection.ts";
import { redisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { encodeReport } from "@onrush/shared/wire/reports.ts";
import { readJob } from "./job.ts";
import { snapshotOf } from "./snapshots.ts";

/** All workers in one process: at the end of each second every one of them reports it. */

/** Workers report at about the same time, but not in the same millisecond. */
const SPREAD_MS = 300;
const TURN_MS = 5;

const job = readJob(process.argv[2]);
const key = redisKeys(job.prefix).reports(job.runId);
const redis = openConnection(job.redisUrl, "patient");

for (let second = 0; second < job.seconds; second++) {
  const endMs = job.startAtMs + (second + 1) * 1000;
  await pause(Math.max(0, endMs - Date.now()));
  const sent: Promise<unknown>[] = [];
  for (let worker = 0; worker < job.workers;) {
    const part = Math.min(1, (Date.now() - endMs + TURN_MS) / SPREAD_MS);
    for (; worker < job.workers * part; worker++) {
      const bytes = Buffer.from(encodeReport(snapshotOf(worker, second, job.lateAnswers)));
      sent.push(redis.xadd(key, "*", "r", bytes));
    }
    await pause(TURN_MS);
  }
  await Promise.all(sent);
}
redis.disconnect();
