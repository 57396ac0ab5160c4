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
export async function startPrivateMongo(): Promise<PrivateMongo | UnavailableService> {
  const mongod = await findOnPath(["mongod"]);
  if (mongod !== undefined) return start("mongod", mongod, mongodArguments);
  const build = await buildFerretdb();
  if (!build.ok)
    return unavailable(`no server on the default port, no mongod on PATH, ${build.reason}`);
  return start("ferretdb", build.command, ferretdbArguments);
}

async function start(
  kind: MongoKind,
  command: string,
  commandArguments: ChildServerOptions["arguments"],
): Promise<PrivateMongo | UnavailableService> {
  try {
    const server = await startChildServer({
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
