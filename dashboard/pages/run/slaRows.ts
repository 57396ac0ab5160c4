import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import {
  formatBytes,
  formatClock,
  formatCount,
  formatMs,
  formatRate,
} from "@onrush/shared/format/numbers.ts";

export interface SlaRow {
  name: string;
  /** The line itself, where it has a name besides. */
  text: string | null;
  status: SlaResult["status"];
  value: string;
  limit: string;
  note: string;
}

function inUnit(value: number, unit: SlaResult["unit"]): string {
  switch (unit) {
    case "ms":
      return formatMs(value);
    case "%":
      return `${Math.round(value * 1000) / 1000} %`;
    case "rps":
      return `${formatRate(value)}/s`;
    case "count":
      return formatCount(value);
    case "bytes":
      return formatBytes(value);
  }
}

function noteOf({ status, aborted, failedAtSecond, reason }: SlaResult): string {
  if (status !== "FAILED") return reason;
  const where = failedAtSecond === null ? "" : `at ${formatClock(failedAtSecond)}`;
  return aborted ? `${where}; it ended the load` : where;
}

/** SLA lines as the run page shows them, in the order of the scenario. */
export function slaRows(results: readonly SlaResult[]): SlaRow[] {
  return results.map((result) => {
    const { name, text, status, value, limit, unit } = result;
    return {
      ...{ name: name ?? text, text: name === undefined ? null : text, status },
      value: value === null ? "–" : inUnit(value, unit),
      limit: inUnit(limit, unit),
      note: noteOf(result),
    };
  });
}
