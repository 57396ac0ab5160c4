import { readFileSync } from "node:fs";
import type { Context } from "./context.ts";
import { onCore, type Ran, runCounted } from "./programs.ts";
import { TICKS_PER_SECOND, treeCpuSeconds } from "./target/targetCpu.ts";

/** A process may take this much longer than its load before it is given up. */
const GRACE_MS = 60_000;

export interface CountedRun extends Ran {
  /** CPU time that the target took meanwhile; null where that cannot be read. */
  targetCpuSeconds: number | null;
  /** Cores that neither generator nor target had, because something else ran. */
  othersCpu: number | null;
}

/**
 * Seconds that all cores together spent on processes, or on other guests of the same host
 * (steal), from the first line of /proc/stat; null when it is not such a line.
 */
export function busySeconds(stat: string): number | null {
  const match = /^cpu +(\d+) (\d+) (\d+) \d+ \d+ \d+ \d+ (\d+)/.exec(stat);
  if (match === null) return null;
  // user nice system [idle iowait irq softirq] steal
  return match.slice(1).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

function machineBusySeconds(): number | null {
  try {
    return busySeconds(readFileSync("/proc/stat", "utf8"));
  } catch {
    return null;
  }
}

const difference = (after: number | null, before: number | null) =>
  after === null || before === null ? null : after - before;

/** Runs a generator on its core (null: on any) and reads what it, the target and the rest of the machine took. */
export async function countedRun(
  context: Context,
  command: readonly string[],
  core: string | null = context.cores.generator,
): Promise<CountedRun> {
  const { target, seconds } = context;
  const startMs = performance.now();
  const targetBefore = treeCpuSeconds(target.pid);
  const busyBefore = machineBusySeconds();
  const ran = await runCounted(onCore(core, command), seconds * 1000 + GRACE_MS);
  const busy = difference(machineBusySeconds(), busyBefore);
  const targetCpuSeconds = difference(treeCpuSeconds(target.pid), targetBefore);
  const passed = (performance.now() - startMs) / 1000;
  const others = difference(busy, ran.cpuSeconds + (targetCpuSeconds ?? 0));
  return {
    ...ran,
    targetCpuSeconds,
    othersCpu: others === null ? null : Math.max(0, others / passed),
  };
}
