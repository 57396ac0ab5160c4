import type { RunView } from "@onrush/shared/api/runView.ts";
import { count, ms, rate } from "./formatNumbers.ts";
import { textTable } from "./textTable.ts";

/** `2026-01-01T09:05:00.000Z` in a column: the second is enough. */
const when = (iso: string | null) => (iso === null ? "-" : iso.slice(0, 19).replace("T", " "));

const ended = new Set<RunView["state"]>(["COMPLETED", "STOPPED", "FAILED"]);

function row(run: RunView): string[] {
  const { id, state, startedAt, scenarioName, summary, verdict } = run;
  const isOver = ended.has(state);
  return [
    id,
    state === "QUEUED" && run.queuePosition !== null ? `QUEUED (${run.queuePosition})` : state,
    isOver ? verdict.validity : "-",
    verdict.sla === "NONE" ? "-" : verdict.sla,
    when(startedAt),
    count(summary?.requests.sent ?? 0),
    rate(summary?.rps ?? 0),
    summary === null ? "-" : ms(summary.response.p95),
    scenarioName.length > 40 ? `${scenarioName.slice(0, 39)}…` : scenarioName,
  ];
}

/** Runs in columns; times are UTC. */
export function runsTable(runs: readonly RunView[]): string {
  const head = [
    "RUN",
    "STATE",
    "VALIDITY",
    "SLA",
    "STARTED (UTC)",
    "SENT",
    "RPS",
    "P95",
    "SCENARIO",
  ];
  return textTable([head, ...runs.map(row)], [5, 6, 7]);
}
