import { checkSparse, MAX_REPORTED } from "@onrush/shared/metrics/sparseHistogram.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";

/**
 * Throws RangeError when a histogram of a snapshot cannot be read or claims more values than a share
 * has in a second, before any of it is merged: a snapshot counts whole or not at all.
 */
export function checkHistograms(snapshot: Snapshot): void {
  for (const due of snapshot.due) {
    checkSparse(due.iterationDuration, MAX_REPORTED);
    for (const step of due.steps) {
      checkSparse(step.response, MAX_REPORTED);
      checkSparse(step.service, MAX_REPORTED);
      for (const bytes of Object.values(step.phases)) checkSparse(bytes, MAX_REPORTED);
    }
    for (const group of due.groups ?? []) checkSparse(group.duration, MAX_REPORTED);
  }
  for (const wall of snapshot.wall) checkSparse(wall.lateness, MAX_REPORTED);
}
