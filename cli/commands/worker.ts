import { readWorkerCounts } from "@onrush/controller/platform/settings.ts";
import type { CalibrateOptions } from "./calibrate.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { firstTwoSignals } from "../signals.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";
import { environmentSection } from "./helpSections.ts";

/** Below the 30 s after which a container that was asked to end is usually killed. */
const LEAVE_WITHIN_MS = 25_000;

interface WorkerOptions extends CalibrateOptions {
  labels?: string;
  calibrate?: boolean;
}

/** A worker process that takes its tasks from Redis, or only a measurement of what it could do. */
async function worker(options: WorkerOptions): Promise<number> {
  if (options.calibrate === true) {
    const { calibrate } = await import("./calibrate.ts");
    return calibrate(options);
  }
  if (options.seconds !== undefined || options.json === true) {
    throw new CliError("--seconds and --json go with --calibrate", EXIT.badScenario);
  }
  const [signal, second] = firstTwoSignals();
  const redisUrl = process.env["REDIS_URL"];
  if (!redisUrl) {
    const message = "a worker finds its controller through Redis: set REDIS_URL";
    throw new CliError(message, EXIT.error);
  }
  const { dataDirectory, defaultThreads, parseLabels, startWorker } =
    await import("@onrush/worker/main.ts");
  const { promise: failure, resolve: failed } = Promise.withResolvers<string>();
  const { threads = defaultThreads(), filesMb } = readWorkerCounts(process.env);
  const running = await startWorker(
    {
      redisUrl,
      redisPrefix: process.env["ONRUSH_PREFIX"] || undefined,
      ...{ threads, filesMb },
      dataDirectory: dataDirectory(),
      labels: parseLabels(options.labels ?? process.env["WORKER_LABELS"] ?? ""),
    },
    failed,
  );
  console.log(`Onrush worker ${running.workerId} is ready`);
  let reason = await Promise.race([signal.then(() => undefined), failure]);
  if (reason === undefined) {
    console.log("handing back what is under way … (once more to end at once)");
    const left = Promise.race([running.leave(LEAVE_WITHIN_MS), second]);
    reason = await Promise.race([left.then(() => undefined), failure]);
  }
  await running.close();
  if (reason !== undefined) throw new CliError(reason, EXIT.error);
  return 0;
}

export const addWorker: AddCommand = (program) => {
  program
    .command("worker")
    .description("start a worker that takes its tasks from Redis (REDIS_URL)")
    .option("--labels <pairs>", "what scenarios may ask for, for example region=eu,zone=a")
    .option("--calibrate", "measure what this machine can send, store it, and end")
    .option("--seconds <number>", "time of each of its three measurements (default 2)")
    .option("--json", "print the measurement as JSON")
    .addHelpText(
      "after",
      examples(
        "REDIS_URL=redis://127.0.0.1:6379 onrush worker --labels region=eu",
        "worker --calibrate --seconds 5",
      ),
    )
    .addHelpText(
      "after",
      environmentSection("REDIS_URL", "WORKER_THREADS", "WORKER_LABELS", "LOG_LEVEL"),
    )
    .action(ends(worker));
};
