import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { ThreadMeter } from "./threadHealth.ts";

test("a collection shows as a pause, once", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const meter = new ThreadMeter(0);
  collect();
  // The observer is told in a later turn of the loop.
  let taken = meter.take(1e6);
  for (let turn = 0; turn < 200 && taken.gcMaxMs === 0; turn++) {
    await pause(5);
    taken = meter.take(1e6);
  }
  expect(taken.gcMaxMs).toBeGreaterThan(0);
  expect(taken.gcMs).toBeGreaterThanOrEqual(taken.gcMaxMs);
  meter.close();
});

test("lag is how much later than expected the loop comes back", () => {
  const meter = new ThreadMeter(0);
  for (let i = 0; i < 100; i++) meter.tick(1_200, 1_000);
  meter.tick(31_000, 1_000);
  expect(meter.take(1e6).lagP99Us).toBe(200);
  expect(meter.take(2e6).lagP99Us).toBe(0);
  meter.close();
});
