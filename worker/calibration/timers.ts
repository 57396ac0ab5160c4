import type { Calibration } from "@onrush/shared/wire/capacity.ts";

const SAMPLES = 300;

type Timers = Calibration["timers"];

/** The value below which `part` of the sorted values lie. */
function quantile(sorted: readonly number[], part: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return Math.round(value * 1000) / 1000;
}

/** Percentiles of what is left of `values` above `expectedMs`. */
export function latenessOf(values: readonly number[], expectedMs: number) {
  const late = values.map((value) => Math.max(0, value - expectedMs)).sort((a, b) => a - b);
  return { p50: quantile(late, 0.5), p99: quantile(late, 0.99) };
}

async function sample(wait: (back: () => void) => void): Promise<number[]> {
  const values: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const before = performance.now();
    await new Promise<void>((resolve) => wait(resolve));
    values.push(performance.now() - before);
  }
  return values;
}

/** How late a 1 ms timer comes back, and how long a turn of the loop takes, in an idle process. */
export async function measureTimers(): Promise<Timers> {
  const timeouts = await sample((back) => setTimeout(back, 1));
  const turns = await sample((back) => setImmediate(back));
  return { timeoutMs: latenessOf(timeouts, 1), immediateMs: latenessOf(turns, 0) };
}
