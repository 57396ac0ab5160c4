import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { planRun } from "../planning/runPlan.ts";
import { CommonTime } from "../platform/commonTime.ts";
import { createLocalWorkerLink } from "../platform/local/localWorkerLink.ts";
import type { Logger } from "../platform/logger.ts";
import type { SecondStore } from "../results/secondStore.ts";
import { RunQueue } from "./runQueue.ts";
import type { RunStore, StoredRun } from "./runStore.ts";
import { newRunView } from "./runView.ts";

const parsed = parseScenario({
  ...{ name: "n", targetUrl: "http://h/", durationSeconds: 60 },
  loadProfile: { type: "CONSTANT", initialRps: 100 },
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const createdAt = "2026-01-01T00:00:00.000Z";
const scenario: StoredScenario = {
  ...parsed.scenario,
  ...{ id: "s", ownerId: "o", createdAt, updatedAt: createdAt },
};
const run: StoredRun = {
  ...{ id: "run", scenarioId: "s", createdAtMs: 0, active: true, token: 0, version: 1 },
  ...{ streamPosition: "0", startAtUs: null, progress: null, scenario },
  view: newRunView("run", scenario, "o", planRun(scenario), createdAt),
};

const quiet = { warn: () => {}, info: () => {}, error: () => {} } as unknown as Logger;
const runs = { active: async () => [run], get: async () => run } as unknown as RunStore;

/** A queue whose leases are granted when the test says so. */
function gatedQueue() {
  const local = createLocalWorkerLink();
  let grant = () => {};
  const granted = new Promise<void>((resolve) => (grant = resolve));
  let asked = 0;
  const queue = new RunQueue({
    ...{ runs, logger: quiet, publish: () => {} },
    owner: { id: "me", url: "http://127.0.0.1:1" },
    time: new CommonTime(local.clock),
    seconds: {} as SecondStore,
    link: {
      ...local,
      lease: {
        ...local.lease,
        acquire: async (...args) => {
          asked++;
          await granted;
          return local.lease.acquire(...args);
        },
      },
    },
  });
  return { queue, grant, asked: () => asked };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

test("a run that is being added is not adopted meanwhile: it would have two supervisors", async () => {
  const { queue, grant, asked } = gatedQueue();
  const added = queue.add(run);
  const opened = queue.open();
  grant();
  await Promise.all([added, opened]);
  expect(asked()).toBe(1);
  expect(queue.position("run")).toBe(1);
});

test("a run that is being adopted is not added again", async () => {
  const { queue, grant, asked } = gatedQueue();
  const opened = queue.open();
  await vi.advanceTimersByTimeAsync(0);
  const added = queue.add(run);
  grant();
  await Promise.all([added, opened]);
  expect(asked()).toBe(1);
  expect(queue.position("run")).toBe(1);
});
