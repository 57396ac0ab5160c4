import { readControllerSettings, readWorkerCounts } from "@onrush/controller/platform/settings.ts";
import { firstSignal } from "../signals.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";
import { environmentSection } from "./helpSections.ts";

/** The whole platform in one go: controller, workers, dashboard. Runs until it is told to end. */
async function up(): Promise<number> {
  const stopped = firstSignal();
  const { startPlatform } = await import("../embedded/platform.ts");
  const settings = readControllerSettings(process.env);
  const counts = readWorkerCounts(process.env);
  const platform = await startPlatform(settings, counts);
  const { url, link } = platform.controller;
  const workers = counts.workers === 1 ? "1 worker" : `${counts.workers} workers`;
  const engine = link.name === "local" ? "embedded" : "Redis";
  console.log(`Onrush is up at ${url} (${engine}, ${workers})`);
  console.log(`  dashboard ${url}/   API ${url}/api/v1   docs ${url}/docs   Ctrl-C ends it`);
  await stopped;
  console.log("ending …");
  await platform.close();
  return 0;
}

export const addUp: AddCommand = (program) => {
  program
    .command("up")
    .description("start the whole platform here (controller, workers, dashboard); Ctrl-C ends it")
    .addHelpText("after", examples("up", "PORT=9000 WORKERS=2 onrush up"))
    .addHelpText(
      "after",
      environmentSection(
        ...(["PORT", "HOST", "AUTH", "WORKERS", "WORKER_THREADS", "ONRUSH_DATA"] as const),
        ...(["REDIS_URL", "MONGODB_URL", "LOG_LEVEL"] as const),
      ),
    )
    .action(ends(up));
};
