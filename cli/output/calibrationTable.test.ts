import { expect, test } from "vitest";
import type { Calibration } from "@onrush/shared/wire/capacity.ts";
import { calibrationTable } from "./calibrationTable.ts";

const calibration: Calibration = {
  capacity: { requestsPerSecond: 290_000, perThread: 147_815, perConnection: 15_254 },
  timers: { timeoutMs: { p50: 0.09, p99: 1.15 }, immediateMs: { p50: 0.002, p99: 0.2 } },
  ...{ cpuUsPerRequest: 6.64, threadCpu: 0.98, responderCpu: 0.97 },
  machine: { nodeVersion: "v24.21.0", cpuModel: "CPU", cores: 4, threads: 2 },
  measuredAt: "2026-11-20T10:00:00.000Z",
};

test("a calibration tells every figure, and where it is kept", () => {
  const text = calibrationTable(calibration, "/data/capacity.json");
  expect(text).toContain("290,000 requests/s with 2 engine threads");
  expect(text).toContain("147,815 requests/s, 6.64 µs CPU each");
  expect(text).toContain("15,254 requests/s");
  expect(text).toContain("late by p50 0.09 ms, p99 1.15 ms");
  expect(text).toContain("Stored in /data/capacity.json");
});

test.each<[number, number, RegExp]>([
  [0.98, 0.99, /the thread was the limit/],
  [0.7, 0.95, /the responder was the limit/],
  [0.5, 0.5, /neither was busy/],
])("thread at %d, responder at %d", (threadCpu, responderCpu, text) => {
  expect(calibrationTable({ ...calibration, threadCpu, responderCpu }, "f")).toMatch(text);
});
