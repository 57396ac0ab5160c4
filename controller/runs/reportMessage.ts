import type { RunMessage } from "@onrush/shared/run/runMessages.ts";
import type { Report } from "@onrush/shared/wire/reports.ts";

/** What a worker's report means for the run; a snapshot's numbers themselves are merged elsewhere. */
export function reportMessage(report: Report): RunMessage {
  if (report.type !== "snapshot") return report;
  const { type, workerId, share, epoch, seq, watermark, totals } = report;
  const seconds = [...report.due, ...report.wall].map((delta) => delta.second);
  const lastSecond = Math.max(-1, ...seconds);
  return { type, workerId, share, epoch, seq, watermark, lastSecond, totals: totals ?? null };
}
