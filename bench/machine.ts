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

/** Who runs where; null where nothing is pinned. */
export interface Cores {
  generator: number | null;
  target: number | null;
}

/** Generator and target apart where the machine can do that, else the scheduler decides. */
export function chooseCores(cores: number, taskset: string | undefined): Cores {
  const canPin = cores >= 2 && taskset !== undefined;
  return canPin ? { generator: 0, target: 1 } : { generator: null, target: null };
}

export const coresOfThisMachine = () => chooseCores(availableParallelism(), findProgram("taskset"));
