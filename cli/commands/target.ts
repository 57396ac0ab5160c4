import type { TargetDefinition } from "@onrush/targets/target.ts";
import { targets } from "@onrush/targets/targets.ts";
import { firstSignal } from "../signals.ts";

/** `latencyMs` as it is written on a command line: `latency-ms`. */
export function toFlag(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export const targetNames = Object.keys(targets);

export function targetDefinition(name: string): TargetDefinition | undefined {
  return targets[name];
}

/** A bundled server to try load on; runs until it is told to end. */
export async function target(
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
