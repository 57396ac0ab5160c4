import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LiveMessage } from "@onrush/shared/api/secondView.ts";
import { CommonTime } from "../platform/commonTime.ts";
import { createLocalWorkerLink } from "../platform/local/localWorkerLink.ts";
import { IN_MEMORY, openSqlite } from "../platform/sqlite/sqliteStores.ts";
import type { Stores } from "../platform/stores.ts";
import { RunService } from "./runService.ts";
import { quiet, storedScenario } from "./runs.testing.ts";

let stores: Stores;
let service: RunService;
beforeEach(async () => {
  vi.useFakeTimers();
  stores = await openSqlite(IN_MEMORY);
  const link = createLocalWorkerLink();
  service = new RunService({
    ...{ link, runs: stores.runs, seconds: stores.seconds, logger: quiet },
    owner: { id: "me", url: "http://127.0.0.1:1" },
    time: new CommonTime(link.clock),
    files: { touch: async () => false },
  });
});
afterEach(async () => {
  vi.clearAllTimers();
  vi.useRealTimers();
  await stores.close();
});

test("whoever watches an own run is told its end once", async () => {
  const { id } = await service.start(storedScenario, "o");
  const told: LiveMessage[] = [];
  const unwatch = service.watch(id, (message) => told.push(message));
  expect((await service.stop(id))?.state).toBe("STOPPED");
  const atEnd = told.length;
  expect(told.at(-1)).toMatchObject({ type: "run", run: { state: "STOPPED" } });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told.slice(atEnd)).toEqual([]);
  unwatch();
});
