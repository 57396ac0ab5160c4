import { phases } from "@onrush/shared/metrics/phases.ts";
import { checkSparse, MAX_REPORTED } from "@onrush/shared/metrics/sparseHistogram.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";

const check = (bytes: Uint8Array) => checkSparse(bytes, MAX_REPORTED);

/**
 * Throws RangeError when a histogram of a snapshot cannot be read or claims more values than a share
 * has in a second, before any of it is merged: a snapshot counts whole or not at all.
 */
export function checkHistograms(snapshot: Snapshot): void {
  for (const due of snapshot.due) {
    check(due.iterationDuration);
    for (const step of due.steps) {
      check(step.response);
      check(step.service);
      for (const phase of phases) {
        const bytes = step.phases[phase];
        if (bytes !== undefined) check(bytes);
      }
    }
    for (const group of due.groups ?? []) check(group.duration);
  }
  for (const wall of snapshot.wall) check(wall.lateness);
}
