import { listOf, type WorkerView, workerViewSchema } from "@onrush/shared/api/scenarioApi.ts";
import type { ListedWorker } from "@onrush/shared/wire/heartbeat.ts";
import { route, type Route } from "../http/route.ts";
import type { WorkerDirectory } from "../platform/ports.ts";

export function workerView(worker: ListedWorker): WorkerView {
  const { workerId, lagMs, lastSeenMs, reservedFor, ...same } = worker;
  return {
    ...same,
    id: workerId,
    lag: lagMs,
    lastSeen: new Date(lastSeenMs).toISOString(),
    runId: reservedFor ?? null,
  };
}

export function workerRoutes(directory: WorkerDirectory): Route[] {
  return [
    route({
      method: "get",
      path: "/api/v1/workers",
      summary: "Workers seen in the last 10 seconds",
      tags: ["workers"],
      responses: { 200: listOf(workerViewSchema) },
      handle: async () => {
        const items = (await directory.list()).map(workerView);
        return { status: 200, body: { items, total: items.length } };
      },
    }),
  ];
}
