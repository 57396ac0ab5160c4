import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import {
  type Calibration,
  type Capacity,
  capacityOf,
  type Machine,
} from "@onrush/shared/wire/capacity.ts";

const FILE = "capacity.json";

/** What a measurement on this machine holds for. */
export function thisMachine(threads: number): Machine {
  return {
    nodeVersion: process.version,
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    threads,
  };
}

/** Stores a calibration in the data folder; answers the file. */
export async function writeCapacity(folder: string, calibration: Calibration): Promise<string> {
  const file = join(folder, FILE);
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(calibration, null, 2)}\n`);
  return file;
}

/** The capacity stored for a worker as this one is; null without one that still holds. */
export async function readCapacity(folder: string, machine: Machine): Promise<Capacity | null> {
  try {
    return capacityOf(JSON.parse(await readFile(join(folder, FILE), "utf8")), machine);
  } catch {
    // Not calibrated, or the file cannot be read: either way nothing is known.
    return null;
  }
}
