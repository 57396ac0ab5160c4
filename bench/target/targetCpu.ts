import { readdirSync, readFileSync } from "node:fs";

/** Linux counts CPU time for programs in hundredths of a second, whatever the kernel uses. */
export const TICKS_PER_SECOND = 100;
/** Fields 14 to 17 of /proc/PID/stat (utime stime cutime cstime), counted after the name's ")". */
const FIRST_TIME = 11;

/** CPU seconds in one line of /proc/PID/stat: the process with all threads, and ended children. */
export function statCpuSeconds(stat: string): number {
  // The name may hold anything, spaces and parentheses too.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(FIRST_TIME, FIRST_TIME + 4).map(Number);
  if (ticks.length !== 4 || ticks.some(Number.isNaN)) throw new SyntaxError(`no stat: ${stat}`);
  return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
      .split(" ")
      .filter((child) => child !== "")
      .map(Number),
  );
}

/** CPU seconds of a process and all below it since they began; null where there is no /proc. */
export function treeCpuSeconds(pid: number): number | null {
  try {
    const own = statCpuSeconds(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return childrenOf(pid).reduce((sum, child) => sum + (treeCpuSeconds(child) ?? 0), own);
  } catch {
    return null;
  }
}
