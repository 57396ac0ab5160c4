import type { RunMessage } from "@onrush/shared/run/runMessages.ts";
import { decodeReport, type Report, type Snapshot } from "@onrush/shared/wire/reports.ts";
import { checkHistograms } from "./checkHistograms.ts";

/**
 * A report as the run is told it, with the snapshot whose numbers are to be merged. Throws when the
 * bytes are no report, or hold a histogram that cannot be read.
 */
export function readReport(bytes: Uint8Array): [message: RunMessage, snapshot?: Snapshot] {
  const report = decodeReport(bytes);
  if (report.type !== "snapshot") return [reportMessage(report)];
  checkHistograms(report);
  return [reportMessage(report), report];
}

/** What a worker's report means for the run; a snapshot's numbers themselves are merged elsewhere. */
export function reportMessage(report: Report): RunMessage {
  if (report.type !== "snapshot") return report;
  const { type, workerId, share, epoch, seq, watermark, totals } = report;
  // Without a word about it everything from the first on can still be had.
  const { oldest = 1, startLateUs = null } = report;
  let lastSecond = -1;
  for (const { second } of report.due) lastSecond = Math.max(lastSecond, second);
  for (const { second } of report.wall) lastSecond = Math.max(lastSecond, second);
  return {
    ...{ type, workerId, share, epoch, seq, oldest, watermark, lastSecond, startLateUs },
    totals: totals ?? null,
  };
}
