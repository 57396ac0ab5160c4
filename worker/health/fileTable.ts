import { closeSync, openSync } from "node:fs";
import { readFileLimit } from "./systemLimits.ts";

/** Left for what other threads of this process open meanwhile. */
const SPARE = 256;

/**
 * Makes room for `count` open files in this process at once. Linux doubles the table of a process's
 * files when it is full, and stops the thread that needed the place until every core has gone
 * through the kernel once: 5 to 40 ms, in the middle of a load that opens connections. The table
 * never shrinks, so filling it once with files that mean nothing is enough.
 */
export function growFileTable(count: number): void {
  if (process.platform !== "linux") return;
  const limit = readFileLimit();
  const most = Math.min(count, limit === null ? count : limit - SPARE);
  const files: number[] = [];
  try {
    while ((files.at(-1) ?? 0) < most) files.push(openSync("/dev/null", "r"));
  } catch {
    // The system has no more to give; the table is as large as it can get.
  } finally {
    for (const file of files) closeSync(file);
  }
}
