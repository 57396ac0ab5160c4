import { readWorkerCounts } from "@onrush/controller/platform/settings.ts";
import type { Calibration } from "@onrush/shared/wire/capacity.ts";
import { calibrate as measure } from "@onrush/worker/calibration/calibrate.ts";
import { writeCapacity } from "@onrush/worker/calibration/capacityFile.ts";
import { dataDirectory, defaultThreads } from "@onrush/worker/main.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { calibrationTable } from "../output/calibrationTable.ts";

export interface CalibrateOptions {
  seconds?: string;
  json?: boolean;
}

const [MIN_SECONDS, MAX_SECONDS] = [0.1, 60];

function parseSeconds(text = "2"): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds;
  const range = `a number from ${MIN_SECONDS} to ${MAX_SECONDS}`;
  throw new CliError(`--seconds "${text}" is not ${range}`, EXIT.badScenario);
}

/** Measures what a worker can do here and stores it where workers look for it. */
export async function calibrate(options: CalibrateOptions): Promise<number> {
  const seconds = parseSeconds(options.seconds);
  const threads = readWorkerCounts(process.env).threads ?? defaultThreads();
  const calibration: Calibration = await measure({ threads, seconds });
  const file = await writeCapacity(dataDirectory(), calibration);
  if (options.json === true) console.log(JSON.stringify(calibration, null, 2));
  else console.log(calibrationTable(calibration, file));
  return EXIT.ok;
}
