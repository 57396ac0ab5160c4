import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PrivateMongo, startPrivateMongo } from "../services/mongoServer.ts";
import { type PrivateRedis, startPrivateRedis } from "../services/redisServer.ts";
import { freeze, thaw } from "./signals.ts";
import type { Scope } from "./scope.ts";

function mustHave<T extends { available: boolean }>(
  name: string,
  server: T | { available: false; reason: string },
): T {
  if ("reason" in server) throw new Error(`${name} cannot be had: ${server.reason}`);
  return server;
}

/** A Redis server of the test's own that can be taken away and brought back. */
export class ChaosRedis {
  #server: PrivateRedis;
  readonly #extraArguments: readonly string[];

  private constructor(server: PrivateRedis, extraArguments: readonly string[]) {
    this.#server = server;
    this.#extraArguments = extraArguments;
  }

  static async start(scope: Scope, extraArguments: readonly string[] = []): Promise<ChaosRedis> {
    const server = await startPrivateRedis({ extraArguments });
    const redis = new ChaosRedis(mustHave<PrivateRedis>("Redis", server), extraArguments);
    scope.onTestFinished(() => redis.#stop());
    return redis;
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  freeze(): void {
    freeze(this.#server);
  }

  thaw(): void {
    thaw(this.#server);
  }

  /** kill -9: what it held is gone, for it keeps nothing on disk. */
  async kill(): Promise<void> {
    process.kill(this.#server.pid, "SIGKILL");
    await this.#server.stop();
  }

  /** Back at the same address, empty. */
  async restartEmpty(): Promise<void> {
    const { port } = this.#server;
    const server = await startPrivateRedis({ port, extraArguments: this.#extraArguments });
    this.#server = mustHave<PrivateRedis>("Redis", server);
  }

  async #stop(): Promise<void> {
    thawIfAlive(this.#server.pid);
    await this.#server.stop();
  }
}

/** A MongoDB server of the test's own that can be taken away and brought back. */
export class ChaosMongo {
  #server: PrivateMongo;
  readonly #dir: string;

  private constructor(server: PrivateMongo, dir: string) {
    this.#server = server;
    this.#dir = dir;
  }

  static async start(scope: Scope): Promise<ChaosMongo> {
    const dir = await mkdtemp(join(tmpdir(), "onrush-chaos-"));
    // Ends after the server does: what is given last is done first.
    scope.onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const server = mustHave<PrivateMongo>("MongoDB", await startPrivateMongo({ dir }));
    const mongo = new ChaosMongo(server, dir);
    scope.onTestFinished(() => mongo.#stop());
    return mongo;
  }

  get url(): string {
    return this.#server.url;
  }

  get pid(): number {
    return this.#server.pid;
  }

  /** kill -9: who asks it is refused at once. */
  async kill(): Promise<void> {
    process.kill(this.pid, "SIGKILL");
    await this.#server.stop();
  }

  /** Back at the same address, on its data. */
  async restart(): Promise<void> {
    const { port } = this.#server;
    const server = await startPrivateMongo({ port, dir: this.#dir });
    this.#server = mustHave<PrivateMongo>("MongoDB", server);
  }

  async #stop(): Promise<void> {
    thawIfAlive(this.pid);
    await this.#server.stop();
  }
}

/** A frozen server hears no request to end. */
function thawIfAlive(pid: number): void {
  try {
    thaw({ pid });
  } catch {
    // It has ended already.
  }
}
