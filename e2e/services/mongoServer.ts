import { rm } from "node:fs/promises";
import { join } from "node:path";
import { buildFerretdb } from "./buildFerretdb.ts";
import { startChildServer, type ChildServerOptions } from "./childServer.ts";
import { findOnPath } from "./findOnPath.ts";
import { helloMongo, parseMongoUrl } from "./helloMongo.ts";
import {
  foundService,
  reasonOf,
  unavailable,
  type RunningService,
  type Service,
  type UnavailableService,
} from "./service.ts";

export type MongoKind = "mongod" | "ferretdb";

export type PrivateMongo = RunningService & {
  readonly pid: number;
  readonly port: number;
  readonly kind: MongoKind;
};

/** Default: a free port, and a fresh folder. Give a stopped server's to bring it back on its data. */
export type PrivateMongoOptions = Pick<ChildServerOptions, "port" | "dir">;

const DEFAULT_URL = "mongodb://127.0.0.1:27017";

/** MONGODB_URL, else the server on the default port, else one of our own. A MONGODB_URL that fails is not replaced. */
export async function startMongo(): Promise<Service> {
  const givenUrl = process.env["MONGODB_URL"];
  if (givenUrl !== undefined && givenUrl !== "") {
    const failure = await probeUrl(givenUrl);
    return failure === undefined
      ? foundService(givenUrl, "environment")
      : unavailable(`MONGODB_URL: ${failure}`);
  }
  if ((await probeUrl(DEFAULT_URL)) === undefined) return foundService(DEFAULT_URL, "default port");
  return startPrivateMongo();
}

/** Always a server of our own: mongod where it is on PATH, else FerretDB v1 (MongoDB's protocol over SQLite). */
export async function startPrivateMongo(
  options: PrivateMongoOptions = {},
): Promise<PrivateMongo | UnavailableService> {
  const mongod = await findOnPath(["mongod"]);
  if (mongod !== undefined) return start("mongod", mongod, mongodArguments, options);
  const build = await buildFerretdb();
  if (!build.ok)
    return unavailable(`no server on the default port, no mongod on PATH, ${build.reason}`);
  // A killed one leaves its inner socket behind, which the next one could not listen on.
  if (options.dir !== undefined) await rm(join(options.dir, "inner.sock"), { force: true });
  return start("ferretdb", build.command, ferretdbArguments, options);
}

async function start(
  kind: MongoKind,
  command: string,
  commandArguments: ChildServerOptions["arguments"],
  options: PrivateMongoOptions,
): Promise<PrivateMongo | UnavailableService> {
  try {
    const server = await startChildServer({
      ...options,
      command,
      arguments: commandArguments,
      probe: (port) => helloMongo({ host: "127.0.0.1", port, tls: false }),
    });
    return {
      available: true,
      url: `mongodb://127.0.0.1:${server.port}`,
      origin: "started",
      kind,
      ...server,
    };
  } catch (error) {
    return unavailable(reasonOf(error));
  }
}

function mongodArguments(port: number, dir: string): string[] {
  return ["--port", String(port), "--bind_ip", "127.0.0.1", "--dbpath", dir, "--quiet"];
}

function ferretdbArguments(port: number, dir: string): string[] {
  return ["-listen", `127.0.0.1:${port}`, "-dir", dir];
}

/** Of a `mongodb+srv:` URL we do not know a host to ask: the driver will report it if it fails. */
async function probeUrl(url: string): Promise<string | undefined> {
  try {
    const endpoint = parseMongoUrl(url);
    if (endpoint !== undefined) await helloMongo(endpoint);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
