import { readControllerSettings } from "@onrush/controller/platform/settings.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { firstSignal } from "../signals.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";
import { environmentSection } from "./helpSections.ts";

/** A controller alone; its workers come through Redis. */
async function controller(): Promise<number> {
  const stopped = firstSignal();
  const settings = readControllerSettings(process.env);
  if (settings.redisUrl === undefined) {
    const message =
      "a controller alone reaches its workers through Redis: set REDIS_URL " +
      "(or run `onrush up`, which brings its own workers)";
    throw new CliError(message, EXIT.error);
  }
  const { startController } = await import("@onrush/controller/main.ts");
  const { cliLogger } = await import("../embedded/cliLogger.ts");
  const running = await startController(settings, cliLogger());
  console.log(`Onrush controller at ${running.url}; start workers with \`onrush worker\``);
  await stopped;
  await running.close();
  return 0;
}

export const addController: AddCommand = (program) => {
  program
    .command("controller")
    .description("start a controller whose workers come through Redis (REDIS_URL)")
    .addHelpText(
      "after",
      examples(
        "REDIS_URL=redis://127.0.0.1:6379 onrush controller",
        "REDIS_URL=redis://127.0.0.1:6379 MONGODB_URL=mongodb://127.0.0.1:27017 onrush controller",
      ),
    )
    .addHelpText(
      "after",
      environmentSection("REDIS_URL", "MONGODB_URL", "PORT", "HOST", "AUTH", "LOG_LEVEL"),
    )
    .action(ends(controller));
};
