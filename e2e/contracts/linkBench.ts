import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { createLocalWorkerLink } from "@onrush/controller/platform/local/localWorkerLink.ts";
import type { WorkerLink } from "@onrush/controller/platform/ports.ts";
import { connectRedisWorkerLink } from "@onrush/controller/platform/redis/redisWorkerLink.ts";
import type { LocalChannel } from "@onrush/shared/wire/localMessages.ts";
import { redisKeys, type RedisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { createLocalControllerLink } from "@onrush/worker/agent/local/localControllerLink.ts";
import type { ControllerLink } from "@onrush/worker/agent/ports.ts";
import { connectRedisControllerLink } from "@onrush/worker/agent/redis/redisControllerLink.ts";

/** A controller and any number of workers over one kind of link, apart from every other bench. */
export interface LinkBench {
  readonly controller: WorkerLink;
  addWorker(): Promise<ControllerLink>;
  /** Makes every heartbeat look as if it had come `ms` earlier. */
  age(ms: number): Promise<void>;
  /** Resolves when nothing that workers sent is under way any more, not even a second copy. */
  settled(): Promise<void>;
  /** What tells workers who owns a run, for an owner with this url. */
  ownerSeenAs(url: string): string;
  /** What either side warned of. */
  readonly warnings: string[];
  close(): Promise<void>;
}

/** Two ends of a pipe in this process: messages are cloned and arrive later, in order. */
export function channelPair(): [LocalChannel, LocalChannel] {
  const ends = [0, 1].map(() => ({
    hear: [] as ((message: unknown) => void)[],
    closed: [] as (() => void)[],
  }));
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    for (const handle of ends.flatMap(({ closed }) => closed)) setImmediate(handle);
  };
  const channel = (own: number, other: number): LocalChannel => ({
    send(message) {
      if (!open) return;
      const copy: unknown = structuredClone(message);
      setImmediate(() => ends[other]?.hear.forEach((handle) => handle(copy)));
    },
    onMessage: (handle) => void ends[own]?.hear.push(handle),
    onClose: (handle) => void ends[own]?.closed.push(handle),
    close,
  });
  return [channel(0, 1), channel(1, 0)];
}

export async function openLocalBench(): Promise<LinkBench> {
  let agedMs = 0;
  const warnings: string[] = [];
  const warn = (text: string) => void warnings.push(text);
  const nowUs = () => Math.floor((performance.timeOrigin + performance.now() + agedMs) * 1_000);
  const controller = createLocalWorkerLink({ nowUs, warn });
  const workers: ControllerLink[] = [];
  return {
    controller,
    warnings,
    async addWorker() {
      const [ours, theirs] = channelPair();
      controller.attach(ours);
      const worker = createLocalControllerLink(theirs, { warn });
      workers.push(worker);
      return worker;
    },
    age: async (ms) => void (agedMs += ms),
    settled: async () => undefined,
    ownerSeenAs: () => "",
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await controller.close();
    },
  };
}

export interface RedisLinkBench extends LinkBench {
  readonly prefix: string;
}

export async function openRedisBench(url: string): Promise<RedisLinkBench> {
  const prefix = `onrush-test-${randomUUID()}`;
  const warnings: string[] = [];
  const warn = (text: string) => void warnings.push(text);
  const controller = await connectRedisWorkerLink({ url, prefix, warn });
  const direct = new Redis(url);
  const workers: ControllerLink[] = [];
  return {
    prefix,
    controller,
    warnings,
    async addWorker() {
      const worker = await connectRedisControllerLink({ url, prefix, warn });
      workers.push(worker);
      return worker;
    },
    age: (ms) => ageHeartbeats(direct, redisKeys(prefix), ms),
    settled: async () => undefined,
    ownerSeenAs: (url) => url,
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await controller.close();
      const keys = await direct.keys(`${prefix}:*`);
      if (keys.length > 0) await direct.unlink(...keys);
      direct.disconnect();
    },
  };
}

async function ageHeartbeats(direct: Redis, keys: RedisKeys, ms: number): Promise<void> {
  for (const [workerId, value] of Object.entries(await direct.hgetall(keys.workers))) {
    const aged = value.replace(/^\d+/, (seenMs) => String(Math.max(0, Number(seenMs) - ms)));
    await direct.hset(keys.workers, workerId, aged);
  }
  if ((await direct.exists(keys.workersSince)) === 1) await direct.decrby(keys.workersSince, ms);
}
