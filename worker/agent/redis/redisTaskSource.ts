import { setTimeout as pause } from "node:timers/promises";
import { Worker, type Job } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { taskSchema, type Task } from "@onrush/shared/wire/task.ts";
import type { TaskSource } from "../ports.ts";
import { orClosed } from "./orClosed.ts";

export interface RedisTaskSource extends TaskSource {
  close(): Promise<void>;
}

type TakeTask = (task: Task) => Promise<void>;
type Warn = (text: string) => void;

const RETRY_AFTER_MS = 500;
/** Above any outage in which `handle` may end. Nobody waits for a lock to expire: see below. */
const LOCK_MS = 600_000;
/** Names the holder of a job's lock; a queue has one consumer. */
const LOCK_TOKEN = "worker";

/**
 * Fetches jobs one after another and lets their `handle`s overlap. BullMQ's own loop is not used
 * for two reasons: it hands jobs that wait together out of order, and its check for stalled jobs
 * starts a task again when Redis was away, where only a new epoch may do that.
 *
 * @param redis a patient connection; BullMQ opens a second one for its blocking command
 */
export function createRedisTaskSource(redis: Redis, keys: RedisKeys, warn: Warn): RedisTaskSource {
  const closing = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  return {
    async consume(workerId, handle) {
      const consumer = new Worker(keys.taskQueue(workerId), null, {
        connection: redis,
        prefix: keys.queuePrefix,
        lockDuration: LOCK_MS,
        // The connection was checked already, and BullMQ's own check prints to the console.
        skipVersionCheck: true,
      });
      consumer.on("error", (error) => {
        // The connection itself tells of its outages.
        if (redis.status === "ready") warn(`the queue of tasks: ${error.message}`);
      });
      await orClosed(consumer.waitUntilReady(), closing.signal);
      const ended = fetchJobs(consumer, handle, warn, closing.signal);
      closers.push(async () => {
        // By force: a task still being taken is nobody's any more when its worker goes.
        await consumer.close(true);
        await ended;
      });
    },
    async close() {
      closing.abort();
      await Promise.all(closers.map((close) => close()));
    },
  };
}

async function fetchJobs(
  consumer: Worker,
  handle: TakeTask,
  warn: Warn,
  closing: AbortSignal,
): Promise<void> {
  while (!closing.aborted) {
    try {
      const job = await orClosed(consumer.getNextJob(LOCK_TOKEN), closing);
      if (job === undefined) continue;
      finish(job, handle, warn).catch((error: unknown) => {
        if (!closing.aborted)
          warn(`a task stays in the queue although it was taken: ${String(error)}`);
      });
    } catch {
      // Redis is away, of which the connection tells, or we are closing.
      await pause(RETRY_AFTER_MS, undefined, { signal: closing }).catch(() => undefined);
    }
  }
}

async function finish(job: Job, handle: TakeTask, warn: Warn): Promise<void> {
  try {
    await handle(taskSchema.parse(job.data));
  } catch (error) {
    warn(`a task was not taken: ${String(error)}`);
    await job.moveToFailed(new Error(String(error)), LOCK_TOKEN, false);
    return;
  }
  await job.moveToCompleted(undefined, LOCK_TOKEN, false);
}
