import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CommonTime } from "../platform/commonTime.ts";
import { createLocalWorkerLink, type LocalWorkerLink } from "../platform/local/localWorkerLink.ts";
import type { RunLease } from "../platform/ports.ts";
import type { SecondStore } from "../results/secondStore.ts";
import { RunQueue } from "./runQueue.ts";
import { newRun, quiet, workersOn } from "./runs.testing.ts";
import type { RunStore, StoredRun } from "./runStore.ts";

const run = newRun("run");
const runs = { active: async () => [run], get: async () => run } as unknown as RunStore;

function queueOn(
  link: LocalWorkerLink,
  runs: Partial<RunStore>,
  lease: Partial<RunLease> = {},
): RunQueue {
  return new RunQueue({
    ...{ runs: runs as RunStore, logger: quiet, publish: () => {} },
    owner: { id: "me", url: "http://127.0.0.1:1" },
    time: new CommonTime(link.clock),
    seconds: { put: async () => true, read: async () => [] } as Partial<SecondStore> as SecondStore,
    link: { ...link, lease: { ...link.lease, ...lease } },
  });
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** A queue whose leases are granted when the test says so. */
function gatedQueue() {
  const local = createLocalWorkerLink();
  const { open: grant, opened: granted } = gate();
  let asked = 0;
  const acquire: RunLease["acquire"] = async (...args) => {
    asked++;
    await granted;
    return local.lease.acquire(...args);
  };
  return { queue: queueOn(local, runs, { acquire }), grant, asked: () => asked };
}

const reservations = async (link: LocalWorkerLink) =>
  (await link.directory.list()).map(({ workerId, reservedFor }) => [workerId, reservedFor]);

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
  expect(queue.supervisor("run")?.phase).toBe("QUEUED");
});

test("a run that is being adopted is not added again", async () => {
  const { queue, grant, asked } = gatedQueue();
  const opened = queue.open();
  await vi.advanceTimersByTimeAsync(0);
  const added = queue.add(run);
  grant();
  await Promise.all([added, opened]);
  expect(asked()).toBe(1);
  expect(queue.supervisor("run")?.phase).toBe("QUEUED");
});

test("a run that another controller has taken while it was read has no supervisor here", async () => {
  const read = gate();
  let leases = 0;
  const queue = queueOn(
    createLocalWorkerLink(),
    { active: runs.active, get: () => read.opened.then(() => run) },
    {
      acquire: async () => (leases++ === 0 ? 1 : undefined),
      renew: async () => ({ owned: false, stopAsked: false }),
    },
  );
  const opened = queue.open();
  await vi.advanceTimersByTimeAsync(1_000);
  read.open();
  await opened;
  expect(leases).toBe(2);
  expect(queue.supervisor("run")).toBeUndefined();
});

test("no worker is reserved for a run that is stopped while one before it is placed", async () => {
  const link = createLocalWorkerLink();
  const beat = workersOn(link, "w1", "w2");
  const stored = new Map<string, StoredRun>();
  const slow = gate();
  const queue = queueOn(link, {
    active: async () => [],
    get: async (id) => stored.get(id),
    async update(run) {
      if (run.id === "first" && run.progress !== null) await slow.opened;
      stored.set(run.id, run);
      return true;
    },
  });
  await queue.add(newRun("first"));
  await queue.add(newRun("second"));
  await vi.advanceTimersByTimeAsync(0);
  beat();
  await queue.open();
  await vi.advanceTimersByTimeAsync(200);
  expect(queue.supervisor("first")?.phase).toBe("PREPARING");
  expect(queue.supervisor("second")?.phase).toBe("QUEUED");
  await queue.stop("second");
  await vi.advanceTimersByTimeAsync(0);
  expect(queue.supervisor("second")).toBeUndefined();
  slow.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(await reservations(link)).toEqual([
    ["w1", "first"],
    ["w2", undefined],
  ]);
});

test("workers that an ended run has left reserved are freed, and no others", async () => {
  const link = createLocalWorkerLink();
  workersOn(link, "w1", "w2", "w3")();
  for (const runId of ["ended", "unknown", "active"]) await link.directory.reserve(runId, 1, {});
  const known = [{ ...newRun("ended"), active: false }, newRun("active")];
  const queue = queueOn(link, {
    active: async () => [],
    get: async (id) => known.find((run) => run.id === id),
  });
  await queue.open();
  expect(await reservations(link)).toEqual([
    ["w1", undefined],
    ["w2", "unknown"],
    ["w3", "active"],
  ]);
});
