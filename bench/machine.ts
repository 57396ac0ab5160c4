import { availableParallelism, cpus, release } from "node:os";
import { findProgram } from "./programs.ts";

export interface Machine {
  cores: number;
  cpu: string;
  node: string;
  kernel: string;
}

export function thisMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    node: process.version,
    kernel: release(),
  };
}

/** Who runs where, as lists of cores ("0", "0,1"); null where nothing is pinned. */
export interface Cores {
  generator: string | null;
  target: string | null;
}

/**
 * Generator and target apart, each with so many cores, where the machine can do that; else the
 * scheduler decides.
 */
export function chooseCores(cores: number, taskset: string | undefined, each = 1): Cores {
  if (cores < 2 * each || taskset === undefined) return { generator: null, target: null };
  const list = (first: number) => Array.from({ length: each }, (_, i) => first + i).join(",");
  return { generator: list(0), target: list(each) };
}

export const coresOfThisMachine = (each = 1) =>
  chooseCores(availableParallelism(), findProgram("taskset"), each);
