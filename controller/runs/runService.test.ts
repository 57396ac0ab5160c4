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

function serviceOn({ runs, seconds }: Stores): RunService {
  const link = createLocalWorkerLink();
  return new RunService({
    ...{ link, runs, seconds, logger: quiet },
    owner: { id: "me", url: "http://127.0.0.1:1" },
    time: new CommonTime(link.clock),
    files: { touch: async () => false },
  });
}

beforeEach(async () => {
  vi.useFakeTimers();
  stores = await openSqlite(IN_MEMORY);
  service = serviceOn(stores);
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

test("a run has the same place in line at every controller, and counts down to nothing", async () => {
  const other = serviceOn(stores);
  const runs = [];
  for (const controller of [service, other, service]) {
    runs.push(await controller.start(storedScenario, "o"));
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(runs.map(({ queuePosition }) => queuePosition)).toEqual([1, 2, 3]);
  const ids = runs.map(({ id }) => id);
  const [first = "", second = "", third = ""] = ids;
  const places = async () => {
    const told = [];
    for (const controller of [service, other]) {
      const { items } = await controller.list({ limit: 10, offset: 0 });
      const listed = ids.map((id) => items.find((run) => run.id === id)?.queuePosition);
      const views = await Promise.all(ids.map((id) => controller.get(id)));
      expect(views.map((view) => view?.queuePosition)).toEqual(listed);
      told.push(listed);
    }
    return told;
  };
  expect(await places()).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);

  const live = [service, other].map((controller) => {
    const told: (number | null)[] = [];
    const unwatch = controller.watch(third, (message) => {
      const place = message.type === "run" ? message.run.queuePosition : null;
      if (place !== null && place !== told.at(-1)) told.push(place);
    });
    return { told, unwatch };
  });
  await vi.advanceTimersByTimeAsync(3_000);
  await service.stop(first);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await places()).toEqual([
    [null, 1, 2],
    [null, 1, 2],
  ]);
  await other.stop(second);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(live.map(({ told }) => told)).toEqual([
    [3, 2, 1],
    [3, 2, 1],
  ]);
  await service.stop(third);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await places()).toEqual([
    [null, null, null],
    [null, null, null],
  ]);
  for (const { unwatch } of live) unwatch();
});
