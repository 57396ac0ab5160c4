import type { SecondView } from "../api/secondView.ts";

/**
 * The seconds of a run as CSV (RFC 4180: comma, CRLF, quotes doubled; decimals with a dot). One row
 * per second with an empty `workload` and `step`; with steps, a row more for each step after it, in which columns
 * that only a whole second has are empty.
 */

type Cell = string | number | boolean;

const latencyColumns = ["count", "avg", "min", "max", "sd"] as const;
const percentileColumns = ["p50", "p75", "p90", "p95", "p99", "p999"] as const;
const latencyNames = [...latencyColumns, ...percentileColumns];

/** `200=9 500=1`: counts by name in one cell. */
function countsCell(counts: Readonly<Record<string, number>>): string {
  const byName = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return byName.map(([name, count]) => `${name}=${count}`).join("; ");
}

interface Column {
  name: string;
  ofSecond(second: SecondView): Cell;
  /** Absent where a step has no such number. */
  ofStep?(step: SecondView["steps"][number]): Cell;
}

const both = (
  name: "ok" | "failed" | "neutral" | "interrupted" | "sent" | "redirects",
): Column => ({
  ...{ name, ofSecond: (second) => second[name], ofStep: (step) => step[name] },
});

type NumberKey = {
  [K in keyof SecondView]: SecondView[K] extends number | boolean ? K : never;
}[keyof SecondView];

const whole = (key: NumberKey): Column => ({ name: key, ofSecond: (second) => second[key] });

const latency = (kind: "response" | "service"): Column[] =>
  latencyNames.map((part) => ({
    name: `${kind}_${part}${part === "count" ? "" : "_ms"}`,
    ofSecond: (second) => second[kind][part],
    ofStep: (step) => step[kind][part],
  }));

const columns: readonly Column[] = [
  ...(["planned", "started", "dropped", "lost"] as const).map(whole),
  ...(["sent", "ok", "failed", "neutral", "interrupted", "redirects"] as const).map(both),
  ...(["completed", "inFlight", "users", "connections"] as const).map(whole),
  ...(["bytesSent", "bytesReceived"] as const).map(whole),
  ...latency("response"),
  ...latency("service"),
  { name: "lateness_p99_ms", ofSecond: (second) => second.latenessP99Ms },
  { name: "status_codes", ofSecond: (second) => countsCell(second.statusCodes) },
  { name: "errors", ofSecond: (second) => countsCell(second.errors) },
  { name: "dropped_by", ofSecond: (second) => countsCell(second.droppedBy) },
  ...(["rev", "partial"] as const).map(whole),
  { name: "bad", ofSecond: (second) => second.bad.join("; ") },
];

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const csvColumns: readonly string[] = [
  ...["second", "workload", "step"],
  ...columns.map(({ name }) => snake(name)),
];

/** A spreadsheet takes a text that begins like this for a formula; the quote keeps it a text. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(value: Cell): string {
  if (typeof value !== "string") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const row = (cells: readonly Cell[]) => `${cells.map(cell).join(",")}\r\n`;

export const csvHead = (): string => row(csvColumns);

/** The row of one second, and with `steps` those of its steps. */
export function csvRows(second: SecondView, steps: boolean): string {
  const rows = [row([second.second, "", "", ...columns.map((column) => column.ofSecond(second))])];
  if (steps) {
    for (const step of second.steps) {
      const cells = columns.map((column) => column.ofStep?.(step) ?? "");
      rows.push(row([second.second, step.workload, step.name, ...cells]));
    }
  }
  return rows.join("");
}
