import type { Task } from "@onrush/shared/wire/task.ts";
import type { TaskQueue } from "../ports.ts";

type Consumer = (task: Task) => void;

export interface LocalTaskQueue extends TaskQueue {
  /** From now on tasks of the worker go to `consumer`, those that waited first; the latest wins. */
  consume(workerId: string, consumer: Consumer): void;
  /** Undoes `consume`, unless another consumer has taken over. */
  disconnect(workerId: string, consumer: Consumer): void;
  /** Drops what waits for a worker that is gone for good. */
  drop(workerId: string): void;
}

export function createLocalTaskQueue(): LocalTaskQueue {
  const waiting = new Map<string, Task[]>();
  const consumers = new Map<string, Consumer>();
  return {
    async assign(workerId, task) {
      const consumer = consumers.get(workerId);
      if (consumer !== undefined) consumer(task);
      else waiting.set(workerId, [...(waiting.get(workerId) ?? []), task]);
    },
    async discard(workerId, runId) {
      const kept = waiting.get(workerId)?.filter((task) => task.runId !== runId) ?? [];
      if (kept.length > 0) waiting.set(workerId, kept);
      else waiting.delete(workerId);
    },
    consume(workerId, consumer) {
      consumers.set(workerId, consumer);
      const tasks = waiting.get(workerId) ?? [];
      waiting.delete(workerId);
      for (const task of tasks) consumer(task);
    },
    disconnect(workerId, consumer) {
      if (consumers.get(workerId) === consumer) consumers.delete(workerId);
    },
    drop(workerId) {
      waiting.delete(workerId);
    },
  };
}
