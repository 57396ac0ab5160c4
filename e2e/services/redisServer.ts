import { startChildServer } from "./childServer.ts";
import { findOnPath } from "./findOnPath.ts";
import { installDebianPackages } from "./installDebianPackages.ts";
import { parseRedisUrl, pingOwnRedis, pingRedis } from "./pingRedis.ts";
import {
  foundService,
  reasonOf,
  unavailable,
  type RunningService,
  type Service,
  type UnavailableService,
} from "./service.ts";

export type PrivateRedis = RunningService & { readonly pid: number; readonly port: number };

export type PrivateRedisOptions = {
  /** Default: a free one. Give a stopped server's port to bring it back, empty. */
  readonly port?: number;
  /** Appended to the command line, where later options win: `["--appendonly", "yes", "--dir", dir]`. */
  readonly extraArguments?: readonly string[];
};

const DEFAULT_URL = "redis://127.0.0.1:6379";

/** REDIS_URL, else the server on the default port, else one of our own. A REDIS_URL that fails is not replaced. */
export async function startRedis(options: PrivateRedisOptions = {}): Promise<Service> {
  const givenUrl = process.env["REDIS_URL"];
  if (givenUrl !== undefined && givenUrl !== "") {
    const failure = await probeUrl(givenUrl);
    return failure === undefined
      ? foundService(givenUrl, "environment")
      : unavailable(`REDIS_URL: ${failure}`);
  }
  if ((await probeUrl(DEFAULT_URL)) === undefined) return foundService(DEFAULT_URL, "default port");
  return startPrivateRedis(options);
}

/** Always a server of our own that keeps nothing on disk, for tests that stop, kill or fill it. */
export async function startPrivateRedis(
  options: PrivateRedisOptions = {},
): Promise<PrivateRedis | UnavailableService> {
  const command = await findOrInstall();
  if (typeof command !== "string") return command;
  try {
    const server = await startChildServer({
      command,
      port: options.port,
      arguments: (port, dir) => [...redisArguments(port, dir), ...(options.extraArguments ?? [])],
      probe: pingOwnRedis,
    });
    return {
      available: true,
      url: `redis://127.0.0.1:${server.port}`,
      origin: "started",
      ...server,
    };
  } catch (error) {
    return unavailable(reasonOf(error));
  }
}

async function findOrInstall(): Promise<string | UnavailableService> {
  const found = await findOnPath(["redis-server"]);
  if (found !== undefined) return found;
  const installed = await installDebianPackages(["redis-server"]);
  if (!installed.ok)
    return unavailable(
      `no server on the default port, no redis-server on PATH, ${installed.reason}`,
    );
  return (
    (await findOnPath(["redis-server"])) ?? unavailable("the installed redis-server is not on PATH")
  );
}

function redisArguments(port: number, dir: string): string[] {
  const settings = {
    bind: "127.0.0.1",
    port: String(port),
    dir,
    save: "",
    appendonly: "no",
    "maxmemory-policy": "noeviction",
    daemonize: "no",
    loglevel: "warning",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function probeUrl(url: string): Promise<string | undefined> {
  try {
    const { endpoint, login } = parseRedisUrl(url);
    await pingRedis(endpoint, login);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
