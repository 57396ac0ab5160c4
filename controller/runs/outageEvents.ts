import type { RunEvent } from "@onrush/shared/api/runView.ts";

/** What a run tells people of outages around it. */
type Told = [kind: RunEvent["kind"], text: string];

export function linkEvent(isReachable: boolean, reason: string): Told {
  if (isReachable) return ["info", "the link to the workers is back"];
  return ["warning", `the link to the workers is down, they go on by themselves: ${reason}`];
}

export function storeEvent(isReachable: boolean, error?: unknown): Told {
  if (isReachable) return ["info", "the store answers again"];
  const reason = error instanceof Error ? error.message : String(error);
  return ["warning", `the store does not answer, the run goes on without it: ${reason}`];
}
