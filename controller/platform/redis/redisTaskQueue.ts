import { Queue, type QueueOptions } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { TaskQueue } from "../ports.ts";

export interface RedisTaskQueue extends TaskQueue {
  /** Deletes the queue of a worker that is gone for good. */
  drop(workerId: string): Promise<void>;
  close(): Promise<void>;
}

// Tasks only assign; heartbeats and epochs find and replace what is lost, so no attempt is repeated.
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };
/** BullMQ writes an event per job; nobody reads them. */
const KEPT_EVENTS = 10;

/** One BullMQ queue per worker, all over the one connection. Jobs are named after their run. */
export function createRedisTaskQueue(
  redis: Redis,
  keys: RedisKeys,
  warn: (text: string) => void,
): RedisTaskQueue {
  const queues = new Map<string, Queue<Task>>();
  const checkLink = (): void => {
    // A queue opened now would wait for the connection instead of telling.
    if (redis.status !== "ready") throw new Error("Redis does not answer");
  };
  const forget = async (workerId: string): Promise<void> => {
    const queue = queues.get(workerId);
    queues.delete(workerId);
    await queue?.close();
  };
  const add = async (workerId: string, task: Task): Promise<void> => {
    const queue = queues.get(workerId) ?? openQueue(redis, keys, workerId, warn);
    queues.set(workerId, queue);
    await queue.add(task.runId, task, JOB_OPTIONS);
  };
  /** Looks into a queue that may be gone, and leaves nothing in its place. */
  const visit = async (workerId: string, action: (queue: Queue<Task>) => Promise<void>) => {
    checkLink();
    const queue = openQueue(redis, keys, workerId, warn, { skipMetasUpdate: true });
    try {
      await action(queue);
    } finally {
      await Promise.all([queue.close(), forget(workerId)]);
    }
  };
  return {
    async assign(workerId, task) {
      checkLink();
      try {
        await add(workerId, task);
      } catch (error) {
        // One that failed while it opened would fail for ever.
        await forget(workerId);
        throw error;
      }
    },
    discard: (workerId, runId) => visit(workerId, (queue) => discardRun(queue, runId)),
    drop: (workerId) => visit(workerId, (queue) => queue.obliterate({ force: true })),
    close: async () => void (await Promise.all([...queues.keys()].map(forget))),
  };
}

function openQueue(
  redis: Redis,
  keys: RedisKeys,
  workerId: string,
  warn: (text: string) => void,
  options: Pick<QueueOptions, "skipMetasUpdate"> = {},
): Queue<Task> {
  const queue = new Queue<Task>(keys.taskQueue(workerId), {
    ...{ connection: redis, prefix: keys.queuePrefix, ...options },
    // The connection was checked already, and BullMQ's own check prints to the console.
    skipVersionCheck: true,
    streams: { events: { maxLen: KEPT_EVENTS } },
  });
  queue.on("error", (error) => {
    // The connection itself tells of its outages.
    if (redis.status === "ready") warn(`the task queue of worker ${workerId}: ${error.message}`);
  });
  return queue;
}

async function discardRun(queue: Queue<Task>, runId: string): Promise<void> {
  const waiting = await queue.getWaiting();
  const ids = waiting.flatMap(({ id, name }) => (name === runId && id !== undefined ? [id] : []));
  // `remove` leaves a job alone that the worker has taken meanwhile.
  await Promise.all(ids.map((id) => queue.remove(id)));
}
