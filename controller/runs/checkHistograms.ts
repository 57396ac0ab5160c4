import { checkSparse } from "@onrush/shared/metrics/sparseHistogram.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";

/**
 * Throws RangeError when a histogram of a snapshot cannot be read, before any of it is merged: a
 * snapshot counts whole or not at all.
 */
export function checkHistograms(snapshot: Snapshot): void {
  for (const due of snapshot.due) {
    checkSparse(due.iterationDuration);
    for (const step of due.steps) {
      checkSparse(step.response);
      checkSparse(step.service);
      for (const bytes of Object.values(step.phases)) checkSparse(bytes);
    }
    for (const group of due.groups ?? []) checkSparse(group.duration);
  }
  for (const wall of snapshot.wall) checkSparse(wall.lateness);
}
