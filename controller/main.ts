import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import type { LocalChannel } from "@onrush/shared/wire/localMessages.ts";
import { createHttpServer, type HttpServer } from "./http/createServer.ts";
import { CommonTime } from "./platform/commonTime.ts";
import { countBuffersAsHeap } from "./platform/garbageCollection.ts";
import { createLocalWorkerLink, type LocalWorkerLink } from "./platform/local/localWorkerLink.ts";
import type { Logger } from "./platform/logger.ts";
import { createMetrics } from "./platform/metrics.ts";
import { connectMongo } from "./platform/mongo/mongoStores.ts";
import type { RunOwner, WorkerLink } from "./platform/ports.ts";
import { connectRedisWorkerLink } from "./platform/redis/redisWorkerLink.ts";
import { type ControllerSettings, isLoopback } from "./platform/settings.ts";
import { lockDataFolder } from "./platform/sqlite/dataFolderLock.ts";
import { IN_MEMORY, openSqlite } from "./platform/sqlite/sqliteStores.ts";
import type { Stores } from "./platform/stores.ts";
import { startRetention } from "./results/retention.ts";
import { RunService } from "./runs/runService.ts";
import { KeptFiles, noFileLimits } from "./scenarios/keptFiles.ts";
import { workerDemand } from "./workers/workerDemand.ts";

/** The composition root of the controller: the only place that names implementations. */

export const VERSION = "0.1.0";

/** How long active runs may take to stop and be stored when the controller is closed. */
const CLOSE_WITHIN_MS = 2_000;

export interface RunningController {
  /** Where it listens, for example http://127.0.0.1:8080. */
  url: string;
  runs: RunService;
  stores: Stores;
  files: KeptFiles;
  link: WorkerLink;
  /** Serves a worker that is a child process; undefined when workers come through Redis. */
  attach: ((channel: LocalChannel) => void) | undefined;
  close(): Promise<void>;
}

/** Before its runs are read: what runs there may be taken over only by who reaches its workers. */
function lockStores({ mongodbUrl, redisUrl, dataDirectory }: ControllerSettings): () => void {
  if (mongodbUrl !== undefined || dataDirectory === IN_MEMORY) return () => undefined;
  return lockDataFolder(dataDirectory, redisUrl === undefined ? "alone" : "together");
}

async function openStores(settings: ControllerSettings): Promise<Stores> {
  const { mongodbUrl, mongodbDatabase, dataDirectory } = settings;
  if (mongodbUrl === undefined) return openSqlite(dataDirectory);
  return connectMongo(mongodbUrl, mongodbDatabase === undefined ? {} : { dbName: mongodbDatabase });
}

async function openLink(settings: ControllerSettings, stores: Stores, logger: Logger) {
  const warn = (text: string) => logger.warn(text);
  const { redisUrl: url, redisPrefix: prefix } = settings;
  if (url === undefined) {
    const local: LocalWorkerLink = createLocalWorkerLink({ warn, files: stores.files });
    return { link: local as WorkerLink, attach: (channel: LocalChannel) => local.attach(channel) };
  }
  const link = await connectRedisWorkerLink({
    url,
    warn,
    ...(prefix === undefined ? {} : { prefix }),
  });
  return { link, attach: undefined };
}

/** Where workers reach what listens at `url`: other hosts cannot use 0.0.0.0. */
function reachableUrl(url: string, host: string): string {
  if (isLoopback(host)) return url;
  return `http://${hostname()}:${new URL(url).port}`;
}

/** Listens, or says which port could not be had and what to do. */
async function listen(http: HttpServer, { host, port }: ControllerSettings): Promise<string> {
  try {
    return await http.listen(port);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `cannot listen on port ${port} of ${host} (${reason}): set PORT to a free one`;
    throw new Error(message, { cause: error });
  }
}

/** Of the runs of all controllers, as they stand in the store. */
async function demandOf(stores: Stores, link: WorkerLink, time: CommonTime) {
  const [active, workers] = await Promise.all([stores.runs.active(), link.directory.list()]);
  const runs = active.map(({ scenario: { numWorkers }, view: { state } }) => ({
    ...{ state, numWorkers },
  }));
  return workerDemand(runs, workers, time.nowMs());
}

/**
 * Starts a controller. Rejects with an error for people when Redis, MongoDB, the data folder or
 * the port cannot be had; nothing is left open then.
 */
export async function startController(
  settings: ControllerSettings,
  logger: Logger,
): Promise<RunningController> {
  countBuffersAsHeap();
  const undo: (() => void | Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of undo.reverse()) await close();
  };
  try {
    undo.push(lockStores(settings));
    const stores = await openStores(settings);
    undo.push(() => stores.close());
    const { link, attach } = await openLink(settings, stores, logger);
    undo.push(() => link.close());
    const time = new CommonTime(link.clock);
    await time.start((error) => logger.warn({ err: error }, "the common clock does not answer"));
    undo.push(() => time.close());
    const files = new KeptFiles({
      store: stores.files,
      limits: settings.files ?? noFileLimits,
      ...{ scenarios: stores.scenarios, runs: stores.runs, time, logger },
    });
    const limits = settings.retention ?? { days: 0, runs: 0 };
    undo.push(startRetention({ runs: stores.runs, limits, files, time, logger }));
    const metrics = createMetrics();
    const owner: RunOwner = { id: randomUUID(), url: settings.url ?? "" };
    const runs = new RunService({
      owner,
      ...{ link, time, logger, files, runs: stores.runs, seconds: stores.seconds },
      observe: (message) => metrics.observe(message),
    });
    undo.push(() => runs.close(CLOSE_WITHIN_MS));
    const http = createHttpServer({
      leases: link.name === "redis" ? runs : undefined,
      ...{
        runs,
        scenarios: stores.scenarios,
        files,
        uploads: settings.uploads,
        directory: link.directory,
        metrics,
        logger,
      },
      demand: () => demandOf(stores, link, time),
      checks: { workers: () => link.ping(), store: () => stores.ping() },
      info: {
        version: VERSION,
        engine: {
          link: link.name,
          store: settings.mongodbUrl === undefined ? "sqlite" : "mongodb",
        },
        auth: "none",
      },
      host: settings.host,
      dashboardDir: fileURLToPath(new URL("../dashboard/dist", import.meta.url)),
    });
    undo.push(() => http.close());
    const url = await listen(http, settings);
    if (owner.url === "") owner.url = reachableUrl(url, settings.host);
    await runs.open();
    if (!isLoopback(settings.host)) logger.warn("listening without authentication (AUTH=none)");
    return { url, runs, stores, files, link, attach, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
