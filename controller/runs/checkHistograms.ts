import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import { addSparse } from "@onrush/shared/metrics/sparseHistogram.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";

/**
 * Throws RangeError when a histogram of a snapshot cannot be read, before any of it is merged: a
 * snapshot counts whole or not at all.
 */
export function checkHistograms(snapshot: Snapshot): void {
  const scratch = new Histogram();
  for (const due of snapshot.due) {
    addSparse(scratch, due.iterationDuration);
    for (const step of due.steps) {
      addSparse(scratch, step.response);
      addSparse(scratch, step.service);
      for (const bytes of Object.values(step.phases)) addSparse(scratch, bytes);
    }
  }
  for (const wall of snapshot.wall) addSparse(scratch, wall.lateness);
}
