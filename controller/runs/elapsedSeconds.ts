import type { RunView } from "@onrush/shared/api/runView.ts";

/** How many seconds of its load have begun, to its end at the most; generous by as much as two clocks differ. */
export function elapsedSeconds(
  { startedAt, endedAt }: Pick<RunView, "startedAt" | "endedAt">,
  nowMs: number,
): number {
  if (startedAt === null) return 0;
  const endMs = endedAt === null ? nowMs : Date.parse(endedAt);
  return Math.max(0, Math.floor((endMs - Date.parse(startedAt)) / 1000));
}
