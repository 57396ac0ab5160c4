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

/** A MongoDB server of the test's own. */
export async function startChaosMongo(scope: Scope): Promise<PrivateMongo> {
  const mongo = mustHave<PrivateMongo>("MongoDB", await startPrivateMongo());
  scope.onTestFinished(async () => {
    thawIfAlive(mongo.pid);
    await mongo.stop();
  });
  return mongo;
}

/** A frozen server hears no request to end. */
function thawIfAlive(pid: number): void {
  try {
    thaw({ pid });
  } catch {
    // It has ended already.
  }
}
