import type { RunView } from "@onrush/shared/api/runView.ts";

/** What the process answers; the first that applies. */
export const EXIT = {
  interrupted: 130,
  error: 1,
  badScenario: 2,
  invalid: 4,
  slaFailed: 3,
  ok: 0,
} as const;

/** The exit code of an ended run. `strict` treats SUSPECT like INVALID. */
export function exitCodeOf(run: RunView, interrupted: boolean, strict: boolean): number {
  if (interrupted) return EXIT.interrupted;
  if (run.state === "FAILED") return EXIT.error;
  const { validity, sla } = run.verdict;
  if (validity === "INVALID" || (strict && validity === "SUSPECT")) return EXIT.invalid;
  return sla === "FAILED" ? EXIT.slaFailed : EXIT.ok;
}
