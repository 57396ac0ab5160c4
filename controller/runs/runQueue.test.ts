import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { initialRunState } from "@onrush/shared/run/runReducer.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import { placeShares } from "../planning/shares.ts";
import { planRun } from "../planning/runPlan.ts";
import { CommonTime } from "../platform/commonTime.ts";
import { createLocalWorkerLink, type LocalWorkerLink } from "../platform/local/localWorkerLink.ts";
import type { RunLease, WorkerLink } from "../platform/ports.ts";
import type { SecondStore } from "../results/secondStore.ts";
import { RunQueue } from "./runQueue.ts";
import { newRun, quiet, workersOn } from "./runs.testing.ts";
import { runSettings } from "./runSettings.ts";
import type { RunStore, StoredRun } from "./runStore.ts";

const run = newRun("run");
const runs = { active: async () => [run], get: async () => run } as unknown as RunStore;

function queueOn(
  link: WorkerLink,
  runs: Partial<RunStore>,
  lease?: Partial<RunLease>,
  seconds: Partial<SecondStore> = {},
): RunQueue {
  return new RunQueue({
    ...{ runs: runs as RunStore, logger: quiet, publish: () => {} },
    owner: { id: "me", url: "http://127.0.0.1:1" },
    time: new CommonTime(link.clock),
    seconds: { put: async () => true, read: async () => [], ...seconds } as SecondStore,
    link: lease === undefined ? link : { ...link, lease: { ...link.lease, ...lease } },
  });
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

const OTHER = { id: "other", url: "" };

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
  const held = async () => (await local.lease.acquire("run", OTHER, 1)) === undefined;
  return { queue: queueOn(local, runs, { acquire }), grant, asked: () => asked, held };
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

/** Under way, of an owner that is gone. */
function runUnderWay(id: string): StoredRun {
  const run = newRun(id);
  const plan = planRun(run.scenario);
  const shares = placeShares(plan, ["w1"], 1).map((s) => ({ ...s, phase: "running" as const }));
  const startAtMs = performance.timeOrigin + performance.now();
  const state = {
    ...initialRunState(runSettings(plan, "redis")),
    ...{ phase: "RUNNING" as const, startAtMs, shares },
  };
  return { ...run, startAtUs: startAtMs * 1_000, progress: { state, tallies: {} } };
}

/** A link on which everything that the run's owner does fails while it is away. */
function linkThatGoes() {
  const local = createLocalWorkerLink();
  let isAway = false;
  const unlessAway = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (!isAway || typeof value !== "function") return value;
        return async () => Promise.reject(new Error("no answer"));
      },
    });
  const commands: string[] = [];
  const control = { send: async ({ type }: Command) => void commands.push(type) };
  const link = {
    ...local,
    ...{ lease: unlessAway(local.lease), directory: unlessAway(local.directory) },
    ...{ tasks: unlessAway(local.tasks), reports: unlessAway(local.reports) },
    control: unlessAway(control),
  };
  return { link, commands, go: (away: boolean) => void (isAway = away) };
}

test("a run whose seconds take long to go through keeps no other one without an owner", async () => {
  const stored = [runUnderWay("long"), runUnderWay("short")];
  const slow = gate();
  const read: string[] = [];
  const queue = queueOn(
    createLocalWorkerLink(),
    {
      active: async () => stored,
      get: async (id) => stored.find((run) => run.id === id),
      update: async () => true,
    },
    undefined,
    {
      async read(runId) {
        read.push(runId);
        if (runId === "long") await slow.opened;
        return [];
      },
    },
  );
  await queue.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(read).toEqual(["long", "short"]);
  expect(queue.supervisor("short")?.view.events.map(({ text }) => text)).toContain(
    "another controller goes on with the run",
  );
  slow.open();
});

test("a run whose lease cannot be asked for keeps no other one without an owner", async () => {
  const link = createLocalWorkerLink();
  const stored = [newRun("first"), newRun("second")];
  const queue = queueOn(
    link,
    { active: async () => stored, get: async (id) => stored.find((run) => run.id === id) },
    {
      async acquire(runId, ...rest) {
        if (runId === "first") throw new Error("no answer");
        return link.lease.acquire(runId, ...rest);
      },
    },
  );
  await queue.open();
  expect(queue.supervisor("second")?.phase).toBe("QUEUED");
});

test("a lease that is granted when the queue is closed is given back", async () => {
  const { queue, grant, held } = gatedQueue();
  const added = queue.add(run);
  await queue.close(0);
  grant();
  await added;
  expect(await held()).toBe(false);
  expect(queue.supervisor("run")).toBeUndefined();
});

test("a run is stopped, stored and goes on being its owner's while the link is away", async () => {
  const { link, commands, go } = linkThatGoes();
  const run = runUnderWay("run");
  const stored: StoredRun[] = [];
  const queue = queueOn(link, {
    active: async () => [run],
    get: async () => stored.at(-1) ?? run,
    update: async (run) => stored.push(run) > 0,
  });
  await queue.open();
  await vi.advanceTimersByTimeAsync(500);
  go(true);
  await vi.advanceTimersByTimeAsync(10_000);
  commands.length = 0;
  await queue.stop("run");
  expect(stored.at(-1)?.progress?.state.phase).toBe("STOPPING");

  const asked = { workerId: "w1", shares: [{ runId: "run", share: "0/0", epoch: 1 }] };
  const told = queue.standingsFor(asked);
  expect(told.shares).toMatchObject([{ share: "0/0", epoch: 1 }]);
  expect(told.commands.map(({ type }) => type)).toEqual(["start", "stop"]);
  const events = queue.supervisor("run")?.view.events.map(({ text }) => text) ?? [];
  expect(events.filter((text) => text.includes("link to the workers is down"))).toHaveLength(1);
  expect(events.join("\n")).not.toContain("store");

  expect(commands).toEqual([]);
  go(false);
  await vi.waitFor(() => expect(commands).toContain("stop"), { timeout: 10_000 });
});

test("a take-over that cannot be handed out keeps no other worker from its lease", async () => {
  const { link, go } = linkThatGoes();
  const tasks = { ...link.tasks, assign: async () => Promise.reject(new Error("no answer")) };
  const run = runUnderWay("run");
  const stored: StoredRun[] = [];
  const queue = queueOn(
    { ...link, tasks },
    {
      active: async () => [run],
      get: async () => stored.at(-1) ?? run,
      update: async (run) => stored.push(run) > 0,
    },
  );
  const shares = run.progress?.state.shares ?? [];
  // As after a take-over whose task is still to go out.
  Object.assign(shares[0] ?? {}, { phase: "assigned" });
  await queue.open();
  await vi.advanceTimersByTimeAsync(1_000);
  go(true);
  await vi.advanceTimersByTimeAsync(20_000);
  const asked = { workerId: "w1", shares: [{ runId: "run", share: "0/0", epoch: 1 }] };
  expect(queue.standingsFor(asked).shares).toMatchObject([{ share: "0/0", epoch: 1 }]);
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
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await reservations(link)).toEqual([
    ["w1", undefined],
    ["w2", "unknown"],
    ["w3", "active"],
  ]);
});

test("a waiting run that was asked to stop without an owner is stopped before it is placed", async () => {
  const link = createLocalWorkerLink();
  const stored: StoredRun[] = [];
  const queue = queueOn(link, {
    active: async () => [run],
    get: async () => run,
    update: async (run) => stored.push(run) > 0,
  });
  await link.lease.askStop("run");
  await queue.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(stored.at(-1)).toMatchObject({ active: false, view: { state: "STOPPED" } });
});
