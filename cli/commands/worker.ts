import { readWorkerCounts } from "@onrush/controller/platform/settings.ts";
import { dataDirectory, defaultThreads, parseLabels, startWorker } from "@onrush/worker/main.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { firstSignal } from "../signals.ts";

/** A worker process that takes its tasks from Redis. */
export async function worker(options: { labels?: string }): Promise<number> {
  const signal = firstSignal();
  const redisUrl = process.env["REDIS_URL"];
  if (!redisUrl) {
    const message = "a worker finds its controller through Redis: set REDIS_URL";
    throw new CliError(message, EXIT.error);
  }
  const { promise: failure, resolve: failed } = Promise.withResolvers<string>();
  const running = await startWorker(
    {
      redisUrl,
      redisPrefix: process.env["ONRUSH_PREFIX"] || undefined,
      threads: readWorkerCounts(process.env).threads ?? defaultThreads(),
      dataDirectory: dataDirectory(),
      labels: parseLabels(options.labels ?? process.env["WORKER_LABELS"] ?? ""),
    },
    failed,
  );
  console.log(`Onrush worker ${running.workerId} is ready`);
  const reason = await Promise.race([signal.then(() => undefined), failure]);
  await running.close();
  if (reason !== undefined) throw new CliError(reason, EXIT.error);
  return 0;
}
