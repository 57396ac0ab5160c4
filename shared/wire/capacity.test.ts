import { describe, expect, test } from "vitest";
import { type Calibration, capacityOf, type Machine } from "./capacity.ts";

const machine: Machine = { nodeVersion: "v24.21.0", cpuModel: "CPU", cores: 4, threads: 3 };
const document: Calibration = {
  capacity: { requestsPerSecond: 300_000, perThread: 110_000, perConnection: 12_000 },
  timers: { timeoutMs: { p50: 0.1, p99: 0.4 }, immediateMs: { p50: 0.002, p99: 0.01 } },
  ...{ cpuUsPerRequest: 6.5, threadCpu: 0.99, responderCpu: 0.9, machine },
  measuredAt: "2026-11-20T10:00:00.000Z",
};

describe("a stored capacity", () => {
  test("holds for the machine it was measured on", () => {
    expect(capacityOf(document, { ...machine })).toEqual(document.capacity);
    expect(capacityOf(JSON.parse(JSON.stringify(document)), machine)).toEqual(document.capacity);
  });

  test.each<[string, Partial<Machine>]>([
    ["another Node", { nodeVersion: "v24.22.0" }],
    ["another CPU", { cpuModel: "other" }],
    ["another number of cores", { cores: 8 }],
    ["another number of threads", { threads: 1 }],
  ])("says nothing with %s", (_name, change) => {
    expect(capacityOf(document, { ...machine, ...change })).toBeNull();
  });

  test.each([null, 7, {}, [], { ...document, capacity: { requestsPerSecond: -1 } }])(
    "says nothing as %j",
    (broken) => expect(capacityOf(broken, machine)).toBeNull(),
  );
});
