import { randomBytes } from "node:crypto";
import { type RedisKeys, redisKeys } from "@onrush/shared/wire/redisKeys.ts";
import { freePort } from "../services/freePort.ts";
import { ONRUSH, OnrushProcess } from "../system/onrushProcess.ts";
import { ControllerApi } from "./controllerApi.ts";
import { ChaosMongo, ChaosRedis } from "./servers.ts";
import { owned, type Scope } from "./scope.ts";
import { TargetLog } from "./targetLog.ts";
import { waitUntil } from "./waitUntil.ts";

const STARTED_WITHIN_MS = 90_000;
/** The longest test beside this one, from its load to its end. */
const USED_FOR_MS = 180_000;

/** `onrush controller` on a port of its own, which it keeps over a restart. */
export class ChaosController {
  readonly api: ControllerApi;
  readonly #scope: Scope;
  readonly #env: NodeJS.ProcessEnv;
  #process: OnrushProcess | undefined;

  constructor(scope: Scope, env: NodeJS.ProcessEnv, port: number) {
    this.api = new ControllerApi(`http://127.0.0.1:${port}`);
    this.#scope = scope;
    this.#env = { ...env, PORT: String(port) };
  }

  /** The same command with the same stores, at first and after every kill. */
  async start(): Promise<void> {
    this.#process = owned(this.#scope, "controller", new OnrushProcess(["controller"], this.#env));
    await this.#process.waitFor(/controller at http/);
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error("the controller was not started");
    return this.#process.pid;
  }

  async kill(): Promise<void> {
    await this.#process?.end("SIGKILL");
  }
}

/** `onrush worker`. */
export class ChaosWorker {
  readonly process: OnrushProcess;
  readonly id: string;

  private constructor(process: OnrushProcess, id: string) {
    this.process = process;
    this.id = id;
  }

  /**
   * `within` is the beginning of a command line that runs another one, elsewhere; `options` as the
   * command has them.
   */
  static async start(
    scope: Scope,
    env: NodeJS.ProcessEnv,
    { within = [], options = [] }: { within?: readonly string[]; options?: readonly string[] } = {},
  ): Promise<ChaosWorker> {
    const [command, ...args] = [...within, ONRUSH, "worker", ...options];
    const process = owned(scope, "worker", new OnrushProcess(args, env, command));
    const [, id = ""] = await process.waitFor(/worker (\S+) is ready/);
    return new ChaosWorker(process, id);
  }

  get pid(): number {
    return this.process.pid;
  }

  async kill(): Promise<void> {
    await this.process.end("SIGKILL");
  }
}

export interface ChaosPlatform {
  readonly target: TargetLog;
  readonly redis: ChaosRedis;
  /** Where they keep what is theirs in Redis. */
  readonly keys: RedisKeys;
  readonly mongo: ChaosMongo;
  readonly controllers: readonly ChaosController[];
  readonly workers: readonly ChaosWorker[];
  /** Of the first controller. */
  readonly api: ControllerApi;
}

export interface Wanted {
  workers: number;
  controllers?: number;
  redisArguments?: readonly string[];
  /** What the target listens on. */
  targetHost?: string;
  /** An address of this machine under which workers reach the controllers; they listen on all. */
  controllerHost?: string;
  targetOptions?: readonly string[];
  /** Starts worker `index`, when it is not simply to be started here. */
  startWorker?(env: NodeJS.ProcessEnv, redisPort: number, index: number): Promise<ChaosWorker>;
}

/** Platforms of tests side by side that are on their way, and those that are there. */
let starting = 0;
let inUse = 0;

/**
 * Controllers and workers by their command lines, on a Redis and a MongoDB server of their own, and
 * a target. Tests side by side begin together, and the next ones when both have ended: a platform
 * that starts takes the whole machine, and what others send meanwhile would be late.
 */
export async function startChaos(scope: Scope, wanted: Wanted): Promise<ChaosPlatform> {
  await waitUntil("the tests before have ended", async () => inUse === 0, USED_FOR_MS);
  starting += 1;
  const started = startPlatform(scope, wanted).finally(() => (starting -= 1));
  const platform = await started;
  await waitUntil("all platforms are there", async () => starting === 0, STARTED_WITHIN_MS);
  inUse += 1;
  scope.onTestFinished(() => void (inUse -= 1));
  return platform;
}

async function startPlatform(scope: Scope, wanted: Wanted): Promise<ChaosPlatform> {
  const [redis, mongo, target] = await Promise.all([
    ChaosRedis.start(scope, wanted.redisArguments),
    ChaosMongo.start(scope),
    TargetLog.start(scope, wanted.targetHost, wanted.targetOptions),
  ]);
  const name = `onrush-chaos-${randomBytes(4).toString("hex")}`;
  const env = {
    ...{ REDIS_URL: redis.url, MONGODB_URL: mongo.url, WORKER_THREADS: "1" },
    ...{ ONRUSH_PREFIX: name, ONRUSH_DATABASE: name },
  };
  const controllers: ChaosController[] = [];
  for (let index = 0; index < (wanted.controllers ?? 1); index += 1) {
    const port = await freePort();
    const controller = new ChaosController(scope, { ...env, ...reachedAt(wanted, port) }, port);
    await controller.start();
    controllers.push(controller);
  }
  const start = wanted.startWorker ?? (() => ChaosWorker.start(scope, env));
  const workers = await Promise.all(
    Array.from({ length: wanted.workers }, (_, index) => start(env, redis.port, index)),
  );
  const [first] = controllers;
  if (first === undefined) throw new RangeError("a platform has a controller");
  await workersSeen(first.api, workers.length);
  return { target, redis, keys: redisKeys(name), mongo, controllers, workers, api: first.api };
}

/** Settings of a controller on that port. */
function reachedAt({ controllerHost }: Wanted, port: number): NodeJS.ProcessEnv {
  if (controllerHost === undefined) return {};
  const CONTROLLER_URL = `http://${controllerHost}:${port}`;
  return { HOST: "0.0.0.0", AUTH: "none", CONTROLLER_URL };
}

async function workersSeen(api: ControllerApi, count: number): Promise<void> {
  await waitUntil(`${count} workers are seen`, async () => {
    const { total } = (await api.call("GET", "/api/v1/workers")) as { total: number };
    return total >= count;
  });
}

/** That worker of the platform which carries the given share of a run. */
export function carrierOf(
  { workers }: ChaosPlatform,
  run: { shares: readonly { workerId: string }[] },
  index: number,
): ChaosWorker {
  const id = run.shares[index]?.workerId;
  const worker = workers.find((one) => one.id === id);
  if (worker === undefined) throw new Error(`no worker of the platform carries share ${index}`);
  return worker;
}
