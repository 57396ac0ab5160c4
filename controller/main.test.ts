import { afterEach, beforeEach, expect, test } from "vitest";
import { type RunningController, startController } from "./main.ts";
import { createLogger } from "./platform/logger.ts";
import { IN_MEMORY } from "./platform/sqlite/sqliteStores.ts";

let controller: RunningController;
beforeEach(async () => {
  const settings = { host: "127.0.0.1", port: 0, dataDirectory: IN_MEMORY };
  controller = await startController(settings, createLogger({ level: "silent" }));
});
afterEach(() => controller.close());

/** A run that waits, for there is no worker. */
async function ask(numWorkers: number): Promise<string> {
  const response = await fetch(`${controller.url}/api/v1/scenarios`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      ...{ name: "n", targetUrl: "http://127.0.0.1:1/", durationSeconds: 60, numWorkers },
      loadProfile: { type: "CONSTANT", initialRps: 1 },
    }),
  });
  const { runId } = (await response.json()) as { runId: string };
  return runId;
}

async function stop(runId: string): Promise<void> {
  await fetch(`${controller.url}/api/v1/runs/${runId}/stop`, { method: "POST" });
}

/** What an autoscaler reads. */
async function told(): Promise<Record<"wanted" | "queued", number>> {
  const text = await (await fetch(`${controller.url}/metrics`)).text();
  const value = (series: string) => {
    const line = text.split("\n").find((one) => one.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1) ?? NaN);
  };
  return { wanted: value("onrush_workers_wanted"), queued: value('onrush_runs{state="QUEUED"}') };
}

test("/metrics tells how many workers the runs ask for that wait, and fewer as they end", async () => {
  expect(await told()).toEqual({ wanted: 0, queued: 0 });
  const first = await ask(3);
  expect(await told()).toEqual({ wanted: 3, queued: 1 });
  const second = await ask(2);
  expect(await told()).toEqual({ wanted: 5, queued: 2 });
  await stop(first);
  expect(await told()).toEqual({ wanted: 2, queued: 1 });
  await stop(second);
  expect(await told()).toEqual({ wanted: 0, queued: 0 });
});
