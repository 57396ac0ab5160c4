import type { Logger } from "../platform/logger.ts";
import type { Metrics } from "../platform/metrics.ts";
import type { WorkerDirectory } from "../platform/ports.ts";
import type { KeptFiles } from "../scenarios/keptFiles.ts";
import type { WorkerDemand } from "../workers/workerDemand.ts";
import { HttpProblem } from "./httpProblem.ts";
import { CHECK_LIMIT_MS, missing, type ReadinessChecks, within } from "./readiness.ts";
import { route, type RawResponse, type Route } from "./route.ts";

export interface ServerInfo {
  version: string;
  engine: { link: "local" | "redis"; store: "sqlite" | "mongodb" };
  auth: "none";
}

export interface OperationOptions {
  info: ServerInfo;
  checks: ReadinessChecks;
  directory: WorkerDirectory;
  files: Pick<KeptFiles, "totalBytes">;
  metrics: Metrics;
  /** What runs of all controllers want of workers, for autoscalers; without it nothing is told. */
  demand?: (() => Promise<WorkerDemand>) | undefined;
  logger: Logger;
}

const text = { type: "string" };
const healthResponse: RawResponse<{ status: "ok" } & ServerInfo> = {
  contentType: "application/json",
  description: "The process lives",
  jsonSchema: {
    type: "object",
    required: ["status", "version", "engine", "auth"],
    properties: {
      status: { const: "ok" },
      version: text,
      engine: {
        type: "object",
        required: ["link", "store"],
        properties: {
          link: { enum: ["local", "redis"] },
          store: { enum: ["sqlite", "mongodb"] },
        },
      },
      auth: { const: "none" },
    },
  },
};

const readyResponse: RawResponse<{ status: "ready"; workers: number }> = {
  contentType: "application/json",
  description: "Everything needed for a run answers",
  jsonSchema: {
    type: "object",
    required: ["status", "workers"],
    properties: { status: { const: "ready" }, workers: { type: "integer", minimum: 1 } },
  },
};

const metricsResponse: RawResponse<string> = {
  contentType: "text/plain",
  description: "Prometheus text format",
  jsonSchema: text,
};

async function readiness({ checks, directory, logger }: OperationOptions) {
  let workers = 0;
  const countWorkers = async () => {
    workers = (await directory.list()).length;
  };
  const all = [...Object.entries(checks), ["workers", countWorkers] as const];
  const found = await Promise.all(all.map(([name, check]) => missing(name, check, logger)));
  const problems = [...new Map(found.flat().map((problem) => [problem.path, problem])).values()];
  if (workers === 0 && !problems.some((problem) => problem.path === "workers")) {
    problems.push({ path: "workers", message: "none seen yet" });
  }
  if (problems.length === 0) return { status: "ready" as const, workers };
  const names = problems.map((problem) => `${problem.path} (${problem.message})`).join(", ");
  throw new HttpProblem(503, `Not ready: ${names}.`, problems);
}

function metricsRoute(path: string, options: OperationOptions): Route {
  const { metrics, directory, files, logger, demand } = options;
  return route({
    method: "get",
    path,
    summary: "Prometheus metrics",
    tags: ["operations"],
    responses: { 200: metricsResponse },
    handle: async () => {
      try {
        metrics.setActiveWorkers((await within(CHECK_LIMIT_MS, directory.list())).length);
      } catch (error) {
        // The other metrics are still worth having; the gauge keeps its last value.
        logger.warn({ err: error }, "cannot count workers");
      }
      try {
        if (demand !== undefined) metrics.setDemand(await within(CHECK_LIMIT_MS, demand()));
      } catch (error) {
        logger.warn({ err: error }, "cannot tell what workers are wanted");
      }
      try {
        metrics.setFileBytes(await within(CHECK_LIMIT_MS, files.totalBytes()));
      } catch (error) {
        logger.warn({ err: error }, "cannot tell how large the files are");
      }
      const { contentType, body } = await metrics.text();
      return { status: 200, body, headers: { "Content-Type": contentType } };
    },
  });
}

/** Health, readiness and metrics, without prefix. */
export function operationRoutes(options: OperationOptions): Route[] {
  const tags = ["operations"];
  return [
    route({
      method: "get",
      path: "/health",
      summary: "Whether the process lives",
      tags,
      responses: { 200: healthResponse },
      handle: async () => ({ status: 200, body: { status: "ok" as const, ...options.info } }),
    }),
    route({
      method: "get",
      path: "/ready",
      summary: "Whether a run could start: dependencies answer and a worker is there",
      tags,
      responses: { 200: readyResponse },
      problems: [503],
      handle: async () => ({ status: 200, body: await readiness(options) }),
    }),
    metricsRoute("/metrics", options),
    metricsRoute("/actuator/prometheus", options),
  ];
}
