import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CommonTime } from "../platform/commonTime.ts";
import { createLocalWorkerLink } from "../platform/local/localWorkerLink.ts";
import type { SecondStore } from "../results/secondStore.ts";
import { RunQueue } from "./runQueue.ts";
import { newRun, quiet } from "./runs.testing.ts";
import type { RunStore } from "./runStore.ts";

const run = newRun("run");
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
