import { expect, test } from "vitest";
import { workerDemand } from "./workerDemand.ts";

test("queued and active runs want their workers, ended ones none", () => {
  const runs = [
    { state: "QUEUED", numWorkers: 5 },
    { state: "RUNNING", numWorkers: 3 },
    { state: "RUNNING", numWorkers: 1 },
    { state: "STOPPING", numWorkers: 2 },
    { state: "COMPLETED", numWorkers: 100 },
    { state: "FAILED", numWorkers: 100 },
  ] as const;
  expect(workerDemand(runs, [], 0)).toEqual({
    wanted: 11,
    live: 0,
    runs: { QUEUED: 1, PREPARING: 0, RUNNING: 2, STOPPING: 1 },
  });
});

test("a worker is live until it has not been heard of for 1.6 s", () => {
  const workers = [10_000, 8_400, 8_399, 0].map((lastSeenMs) => ({ lastSeenMs }));
  expect(workerDemand([], workers, 10_000)).toMatchObject({ wanted: 0, live: 2 });
});
