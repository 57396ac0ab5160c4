import { createServer, type Server } from "node:http";
import { isIPv6, type Socket } from "node:net";
import { LiveHub } from "../live/liveHub.ts";
import { liveRoutes } from "../live/liveRoutes.ts";
import type { Logger } from "../platform/logger.ts";
import type { Metrics } from "../platform/metrics.ts";
import type { WorkerDirectory } from "../platform/ports.ts";
import { compareRoute } from "../reports/compareRoute.ts";
import { histogramRoute } from "../reports/histogramRoute.ts";
import { reportRoutes } from "../reports/reportRoutes.ts";
import { resultRoutes } from "../results/resultRoutes.ts";
import { runRoutes } from "../runs/runRoutes.ts";
import type { Runs } from "../runs/runs.ts";
import { fileRoutes } from "../scenarios/fileRoutes.ts";
import { ScenarioFiles } from "../scenarios/scenarioFiles.ts";
import type { KeptFiles } from "../scenarios/keptFiles.ts";
import { scenarioRoutes } from "../scenarios/scenarioRoutes.ts";
import { ScenarioService } from "../scenarios/scenarioService.ts";
import type { ScenarioStore } from "../scenarios/scenarioStore.ts";
import { defaultUploadLimits, type UploadLimits } from "../scenarios/uploadSlots.ts";
import { type Leases, leaseRoutes } from "../workers/leaseRoutes.ts";
import type { WorkerDemand } from "../workers/workerDemand.ts";
import { workerRoutes } from "../workers/workerRoutes.ts";
import { createApp } from "./createApp.ts";
import { dashboardFiles } from "./dashboardFiles.ts";
import { docsFiles, docsRoutes } from "./docsRoutes.ts";
import { HttpProblem, rawProblem } from "./httpProblem.ts";
import { operationRoutes, type ServerInfo } from "./operationRoutes.ts";
import { outage, type PartNames, type ReadinessChecks } from "./readiness.ts";
import { hostRule } from "./requestGuards.ts";
import type { Route } from "./route.ts";

export interface HttpServerOptions {
  runs: Runs;
  /** Where workers may have their leases renewed; not where they are child processes. */
  leases?: Leases | undefined;
  scenarios: ScenarioStore;
  files: KeptFiles;
  uploads?: UploadLimits | undefined;
  directory: WorkerDirectory;
  checks: ReadinessChecks;
  metrics: Metrics;
  demand?: (() => Promise<WorkerDemand>) | undefined;
  logger: Logger;
  info: ServerInfo;
  dashboardDir: string;
  /** The address the server will listen on; on loopback only loopback names are answered. */
  host: string;
}

export interface HttpServer {
  server: Server;
  liveHub: LiveHub;
  /** Every route, as served and as described. */
  routes: readonly Route[];
  /** Listens on the configured host and answers the address, `http://127.0.0.1:8080`. */
  listen(port: number): Promise<string>;
  /** Ends live streams and idle connections; requests under way get a moment to finish. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 2_000;

function partNames({ link, store }: ServerInfo["engine"]): PartNames {
  return {
    ...(link === "redis" && { workers: { name: "Redis", setting: "REDIS_URL" } }),
    store:
      store === "mongodb"
        ? { name: "MongoDB", setting: "MONGODB_URL" }
        : { name: "the data folder", setting: "ONRUSH_DATA" },
  };
}

/** Every route of the controller; `/openapi.json` describes exactly these. */
function allRoutes(options: HttpServerOptions): Route[] {
  const { runs, leases, scenarios, files, directory, metrics, info } = options;
  const uploads = options.uploads ?? defaultUploadLimits;
  const service = new ScenarioService(scenarios, runs);
  const routes = [
    ...scenarioRoutes(service, { scenarios, directory, files: new ScenarioFiles(files) }),
    ...fileRoutes({ files, uploads, onRefused: (reason) => metrics.countRefusedUpload(reason) }),
    ...runRoutes(runs, service),
    ...resultRoutes(runs, service),
    ...reportRoutes(runs),
    histogramRoute(runs),
    compareRoute(runs),
    ...workerRoutes(directory),
    ...(leases === undefined ? [] : leaseRoutes(leases)),
    ...liveRoutes(),
    ...operationRoutes(options),
  ];
  return [...routes, ...docsRoutes(routes, info.version)];
}

const brokenRequests: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, "The request's headers are too large."],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "The request did not arrive in time."],
};

/** Answers what is not even HTTP. */
function answerBroken(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, detail] = brokenRequests[error.code ?? ""] ?? [
    400,
    "This is not an HTTP request.",
  ];
  socket.end(rawProblem(new HttpProblem(status, detail)));
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close((error: NodeJS.ErrnoException | undefined) => {
      clearTimeout(timer);
      if (error === undefined || error.code === "ERR_SERVER_NOT_RUNNING") resolve();
      else reject(error);
    });
    server.closeIdleConnections();
  });
}

/** Rejects when the port cannot be had. */
function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      const listening = typeof address === "object" && address !== null ? address.port : port;
      resolve(`http://${isIPv6(host) ? `[${host}]` : host}:${listening}`);
    });
  });
}

/** The controller's HTTP side, composed; the caller listens and closes. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { runs, logger, metrics, dashboardDir, checks } = options;
  const parts = partNames(options.info.engine);
  const allowsHost = hostRule(options.host);
  const routes = allRoutes(options);
  const files = [docsFiles, dashboardFiles(dashboardDir)];
  const asked = { allowsHost, logger, outage: () => outage(checks, parts, logger) };
  const app = createApp({ routes, files, ...asked });
  const settings = { requestTimeout: 30_000, headersTimeout: 10_000, requireHostHeader: false };
  const server = createServer(settings, app);
  server.on("clientError", answerBroken);
  const onDropped = () => metrics.countLiveDrop();
  const liveHub = new LiveHub({ runs, onDropped, ...asked });
  liveHub.attach(server);
  const close = async () => {
    liveHub.close();
    await closeServer(server);
  };
  return {
    ...{ server, liveHub, routes, close },
    listen: (port) => listen(server, options.host, port),
  };
}
