import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Calibration } from "@onrush/shared/wire/capacity.ts";
import { readCapacity, thisMachine, writeCapacity } from "./capacityFile.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "onrush-capacity-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const capacity = { requestsPerSecond: 3, perThread: 2, perConnection: 1 };
const calibration = (threads: number): Calibration => ({
  ...{ capacity, machine: thisMachine(threads), measuredAt: new Date(0).toISOString() },
  timers: { timeoutMs: { p50: 0, p99: 0 }, immediateMs: { p50: 0, p99: 0 } },
  ...{ cpuUsPerRequest: 1, threadCpu: 1, responderCpu: 1 },
});

test("what was written is read, in a folder that did not exist", async () => {
  const file = await writeCapacity(join(folder, "new"), calibration(2));
  expect(file).toBe(join(folder, "new", "capacity.json"));
  expect(await readCapacity(join(folder, "new"), thisMachine(2))).toEqual(capacity);
  expect(await readCapacity(join(folder, "new"), thisMachine(3))).toBeNull();
});

test("without a file, or with a broken one, nothing is known", async () => {
  expect(await readCapacity(folder, thisMachine(1))).toBeNull();
  await writeFile(join(folder, "capacity.json"), "{");
  expect(await readCapacity(folder, thisMachine(1))).toBeNull();
});
