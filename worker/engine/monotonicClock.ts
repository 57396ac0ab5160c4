import { performance } from "node:perf_hooks";

/**
 * Microseconds of the machine's monotonic clock, the same in every thread and process of the
 * machine. `performance.now()` is cheap but counts from the thread's own start, so its distance to
 * `process.hrtime` is taken once; the closest of several tries wins.
 */
function measureOriginUs(): number {
  let best = { gap: Infinity, origin: 0 };
  for (let i = 0; i < 20; i++) {
    const before = performance.now();
    const monotonicUs = Number(process.hrtime.bigint() / 100n) / 10;
    const after = performance.now();
    if (after - before < best.gap) {
      best = { gap: after - before, origin: monotonicUs - ((before + after) / 2) * 1000 };
    }
  }
  return best.origin;
}

const originUs = measureOriginUs();

export function monotonicUs(): number {
  return originUs + performance.now() * 1000;
}
