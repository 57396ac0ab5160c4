import type { TargetDefinition } from "@onrush/targets/target.ts";
import { targets } from "@onrush/targets/targets.ts";
import type { Command } from "commander";
import { firstSignal } from "../signals.ts";
import { type AddCommand, ends, examples } from "./addCommand.ts";

/** `latencyMs` as it is written on a command line: `latency-ms`. */
function toFlag(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A bundled server to try load on; runs until it is told to end. */
async function target(
  definition: TargetDefinition,
  options: Record<string, string | number | undefined>,
): Promise<number> {
  const stopped = firstSignal();
  const running = await definition.start(options);
  console.log(`${definition.name} listens at ${running.url}`);
  await stopped;
  await running.stop();
  return 0;
}

/** Of each target: what one would try first. */
const shown: Record<string, readonly string[]> = {
  "sms-gateway": ["target sms-gateway", "target sms-gateway --port 9001"],
  known: ["target known --delay-ms 50", "target known --status-mix 200:99,503:1 --stall-ms 2000"],
};

function addTargetOf(command: Command, definition: TargetDefinition): void {
  const { name, description, defaultPort, options } = definition;
  const sub = command.command(name).description(description);
  sub.option("--port <number>", `port (default ${defaultPort}; 0 takes a free one)`);
  sub.option("--host <address>", "address (default 127.0.0.1)");
  // Descriptions name other options as programs do.
  const asFlags = (text: string) =>
    options.reduce((said, { name }) => {
      return said.replaceAll(new RegExp(`\\b${name}\\b`, "g"), (found) =>
        /[A-Z]/.test(found) ? `--${toFlag(found)}` : found,
      );
    }, text);
  for (const option of options) {
    const byDefault = option.default === "" ? "" : ` (default ${option.default})`;
    sub.option(`--${toFlag(option.name)} <value>`, `${asFlags(option.description)}${byDefault}`);
  }
  sub.addHelpText("after", examples(...(shown[name] ?? [])));
  sub.action(ends((options: Record<string, string>) => target(definition, options)));
}

export const addTarget: AddCommand = (program) => {
  const command = program
    .command("target")
    .description("start a bundled server to try load on")
    .addHelpText("after", examples("target sms-gateway", "target known --delay-ms 50"));
  for (const definition of Object.values(targets)) addTargetOf(command, definition);
};
