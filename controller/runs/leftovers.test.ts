import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLocalWorkerLink } from "../platform/local/localWorkerLink.ts";
import { Leftovers } from "./leftovers.ts";
import { newRun, quiet, workersOn } from "./runs.testing.ts";

const OWNER = { id: "me", url: "" };
const OTHER = { id: "other", url: "" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Looks now, and again `ms` later, with workers that were heard just before. */
function leftovers(held: Record<string, string>) {
  const link = createLocalWorkerLink();
  const beat = workersOn(link, "w1", "w2", "w3");
  const cleared: string[] = [];
  const known = [{ ...newRun("ended"), active: false }, newRun("active")];
  const made = new Leftovers({
    link: {
      ...link,
      tasks: { ...link.tasks, discard: async (...of) => void cleared.push(of.join(" ")) },
      reports: { ...link.reports, remove: async (runId) => void cleared.push(runId) },
    },
    runs: { get: async (id) => known.find((run) => run.id === id) },
    ...{ owner: OWNER, logger: quiet },
  });
  const lookFor = async (ms: number) => {
    beat(held);
    await made.clear(() => false);
    vi.advanceTimersByTime(ms);
    beat(held);
    await made.clear(() => false);
  };
  const reserved = async () =>
    (await link.directory.list()).map(({ reservedFor }) => reservedFor ?? "");
  beat(held);
  return { link, cleared, lookFor, reserved };
}

test("what an ended run has left is cleared, and nothing of a run that is under way", async () => {
  const { link, cleared, lookFor, reserved } = leftovers({ w3: "ended" });
  await link.directory.reserve("ended", 1, {});
  await link.directory.reserve("active", 1, {});
  expect(await reserved()).toEqual(["ended", "active", ""]);
  await lookFor(2_000);
  expect(await reserved()).toEqual(["", "active", ""]);
  expect(cleared.sort()).toEqual(["ended", "w1 ended", "w3 ended"]);
  await lookFor(5_000);
  expect(cleared, "once, however long its workers are listed").toHaveLength(3);
  // Its share of the ended run does not keep the worker from other ones any more.
  expect(await link.directory.reserve("next", 3, {})).toEqual(["w1", "w3"]);
});

test("whoever has ended a run has time to clear up after it", async () => {
  const { link, cleared, lookFor, reserved } = leftovers({});
  await link.directory.reserve("ended", 1, {});
  await lookFor(1_000);
  expect(await reserved()).toEqual(["ended", "", ""]);
  await link.lease.acquire("ended", OTHER, 60_000);
  await lookFor(10_000);
  expect(await reserved()).toEqual(["ended", "", ""]);
  expect(cleared).toEqual([]);
});

test("a run that is not known is another store's, and a deleted one when nobody owns it", async () => {
  const { link, lookFor, reserved } = leftovers({});
  await link.directory.reserve("unknown", 1, {});
  await lookFor(10_000);
  expect(await reserved()).toEqual(["unknown", "", ""]);
  await lookFor(50_000);
  expect(await reserved()).toEqual(["", "", ""]);
});
