import { createServer } from "node:net";
import { expect, test } from "vitest";
import { calibrationSchema } from "@onrush/shared/wire/capacity.ts";
import { calibrate } from "./calibrate.ts";
import { closedLoop } from "./closedLoop.ts";
import { latenessOf } from "./timers.ts";

test("a calibration measures rates of a connection, a thread and the worker", async () => {
  const calibration = await calibrate({ threads: 1, seconds: 0.1 });
  expect(calibrationSchema.parse(calibration)).toEqual(calibration);
  const { capacity, machine, cpuUsPerRequest } = calibration;
  expect(capacity.perConnection).toBeGreaterThan(0);
  expect(capacity.perThread).toBeGreaterThan(0);
  expect(capacity.requestsPerSecond).toBe(capacity.perThread);
  expect(cpuUsPerRequest).toBeGreaterThan(0);
  expect(machine.threads).toBe(1);
}, 30_000);

test("a loop against somebody who breaks off is refused, not measured", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const loop = closedLoop({ url: `http://127.0.0.1:${port}/`, connections: 2, forMs: 1_000 });
  await expect(loop).rejects.toThrow(/a request failed: connection/);
  await new Promise((resolve) => server.close(resolve));
});

test("timers are late by what is above their time, never less than nothing", () => {
  const values = Array.from({ length: 100 }, (_, i) => 1 + i / 100);
  expect(latenessOf([...values, 0.5].reverse(), 1)).toEqual({ p50: 0.49, p99: 0.98 });
  expect(latenessOf([0.2], 1)).toEqual({ p50: 0, p99: 0 });
  expect(latenessOf([], 1)).toEqual({ p50: 0, p99: 0 });
});
