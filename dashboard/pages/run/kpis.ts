import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { requestCounts } from "../../charts/requestCounts.ts";
import { measuredMs } from "../../components/measuredMs.ts";
import { formatCount, formatPercent, formatRate } from "@onrush/shared/format/numbers.ts";
import type { TermId } from "@onrush/shared/format/terms.ts";
import type { RunKind } from "./runKind.ts";

export interface Kpi {
  id: "rate" | "p50" | "p95" | "p99" | "errors" | "inFlight" | "users" | "requests" | "iterations";
  label: string;
  term: TermId;
  value: string;
  unit: string;
  note: string;
  tone: "plain" | "warn" | "bad";
  /** What the note tells is bad news. */
  badNote?: boolean;
  /** The last minute of it, for a small curve. */
  trend: { at: number; value: number }[];
}

/** Errors of a live run are shown over a short window: one second says little. */
const ERROR_WINDOW_SECONDS = 10;
const TREND_SECONDS = 60;

interface Source {
  run: RunView;
  seconds: readonly SecondView[];
  latest: SecondView | undefined;
  ended: boolean;
  kind: RunKind;
}

const trendOf = ({ seconds }: Source, value: (second: SecondView) => number) =>
  seconds.slice(-TREND_SECONDS).map((second) => ({ at: second.second, value: value(second) }));

function runningTotal({ seconds }: Source, count: (second: SecondView) => number): Kpi["trend"] {
  let value = 0;
  return seconds.slice(-TREND_SECONDS).map((second) => {
    value += count(second);
    return { at: second.second, value };
  });
}

/** What the rate is measured by: the plan or, where only users are, their iterations. */
function rateNote(source: Source): string {
  const { run, seconds: measured, latest, ended, kind } = source;
  const seconds = run.summary?.durationSeconds ?? 0;
  const perSecond = (count: number) => (seconds > 0 ? count / seconds : 0);
  if (!kind.hasRate) {
    const begun = ended ? perSecond(run.ledger.started) : (latest?.started ?? 0);
    return `${formatRate(begun)} iterations/s`;
  }
  // The ledger counts what users began among the scheduled; the plan of arrivals does not.
  const arrivals = kind.hasUsers
    ? measured.reduce((sum, { planned }) => sum + planned, 0)
    : run.ledger.scheduled;
  const planned = ended ? perSecond(arrivals) : (latest?.planned ?? 0);
  return `${formatRate(planned)}${countsIterations(source) ? " arrivals" : ""}/s planned`;
}

/** With several steps an arrival is an iteration, of several requests. */
function countsIterations({ run, seconds, kind }: Source): boolean {
  const several = (run.summary?.steps.length ?? 0) > 1;
  return kind.hasUsers || several || seconds.some(({ steps }) => steps.length > 1);
}

/** What of the schedule never began, for the tiles that count. */
function droppedNote(source: Source): Pick<Kpi, "note" | "badNote"> | undefined {
  const { dropped, scheduled } = source.run.ledger;
  if (dropped === 0) return undefined;
  const unit = countsIterations(source) ? " iterations" : "";
  return {
    note: `dropped ${formatCount(dropped)} of ${formatCount(scheduled)}${unit}`,
    badNote: true,
  };
}

function rate(source: Source): Kpi {
  const { run, latest, ended } = source;
  const shown = ended ? (run.summary?.rps ?? 0) : (latest?.sent ?? 0);
  return {
    ...{ id: "rate", label: ended ? "Average rate" : "Rate", term: "rate", unit: "req/s" },
    value: formatRate(shown),
    note: rateNote(source),
    tone: "plain",
    trend: trendOf(source, (second) => second.sent),
  };
}

function percentile(source: Source, id: "p50" | "p95" | "p99"): Kpi {
  const { run, latest, ended } = source;
  const from = ended ? run.summary : latest;
  const measured = {
    ...source,
    seconds: source.seconds.filter(({ response }) => response.count > 0),
  };
  const [value = "–", unit = ""] = from ? measuredMs(from.response, id).split(" ") : [];
  return {
    ...{ id, label: `${id} response`, term: id, value, unit, tone: "plain" },
    note: from ? `service ${measuredMs(from.service, id)}` : "",
    trend: trendOf(measured, (second) => second.response[id]),
  };
}

function errors(source: Source): Kpi {
  const { run, seconds, ended } = source;
  const window = seconds.slice(-ERROR_WINDOW_SECONDS).map(requestCounts);
  const failed = window.reduce((sum, counts) => sum + counts.failed, 0);
  const judged = window.reduce((sum, counts) => sum + counts.judged, 0);
  const recent = judged === 0 ? 0 : failed / judged;
  const share = ended ? (run.summary?.errorRate ?? 0) : recent;
  const total = seconds.reduce((sum, second) => sum + requestCounts(second).failed, 0);
  const all = formatCount(run.summary?.requests.failed ?? total);
  const [value = "", unit = ""] = formatPercent(share).split(" ");
  return {
    ...{ id: "errors", label: "Error rate", term: "errorRate", value, unit },
    note: ended ? `${all} requests failed` : `last 10 s · ${all} in all`,
    tone: share === 0 ? "plain" : share < 0.01 ? "warn" : "bad",
    trend: trendOf(source, (second) => requestCounts(second).failed),
  };
}

function inFlight(source: Source): Kpi {
  const { seconds, latest, ended } = source;
  const peak = seconds.reduce((top, second) => Math.max(top, second.inFlight), 0);
  const connections = seconds.reduce((top, second) => Math.max(top, second.connections), 0);
  return {
    ...{
      id: "inFlight",
      label: ended ? "Most in flight" : "In flight",
      term: "inFlight",
      unit: "",
    },
    value: formatCount(ended ? peak : (latest?.inFlight ?? 0)),
    note: `${formatCount(ended ? connections : (latest?.connections ?? 0))} connections`,
    tone: "plain",
    trend: trendOf(source, (second) => second.inFlight),
  };
}

/** Users with what they have under way, in place of the tile that has the latter alone. */
function users(source: Source): Kpi {
  const { run, seconds, latest, ended } = source;
  const counted = seconds.reduce((top, second) => Math.max(top, second.users), 0);
  const most = Math.max(counted, run.summary?.vus.max ?? 0);
  const inFlightPeak = seconds.reduce((top, second) => Math.max(top, second.inFlight), 0);
  return {
    ...{ id: "users", label: ended ? "Most users" : "Users", term: "users", unit: "" },
    value: formatCount(ended ? most : (latest?.users ?? 0)),
    note: `${formatCount(ended ? inFlightPeak : (latest?.inFlight ?? 0))} in flight`,
    tone: "plain",
    trend: trendOf(source, (second) => second.users),
  };
}

function iterations(source: Source): Kpi {
  const { run, kind, ended } = source;
  const sent = source.seconds.reduce((sum, second) => sum + second.sent, 0);
  const requests = `${formatCount(run.summary?.requests.sent ?? sent)} requests`;
  const { iterations: all } = kind;
  return {
    ...{ id: "iterations", label: "Iterations", term: "iterations", unit: "", tone: "plain" },
    value: formatCount(run.ledger.started),
    note: all === null || ended ? requests : `of ${formatCount(all)}`,
    trend: runningTotal(source, (second) => second.started),
    ...droppedNote(source),
  };
}

function requests(source: Source): Kpi {
  const { run, seconds } = source;
  const unit = countsIterations(source) ? " iterations" : "";
  const counted = seconds.reduce((sum, second) => sum + second.sent, 0);
  return {
    ...{ id: "requests", label: "Requests sent", term: "started", unit: "", tone: "plain" },
    value: formatCount(run.summary?.requests.sent ?? counted),
    note: `${formatCount(run.ledger.scheduled)}${unit} scheduled`,
    trend: runningTotal(source, (second) => second.sent),
    ...droppedNote(source),
  };
}

/** The key figures: of the newest second while a run lives, of the whole run once it has ended. */
export function kpis(run: RunView, seconds: readonly SecondView[], kind: RunKind): Kpi[] {
  const ended = hasEnded(run.state);
  const source = { run, seconds, latest: seconds.at(-1), ended, kind };
  const percentiles = (["p50", "p95", "p99"] as const).map((id) => percentile(source, id));
  const load = kind.hasUsers ? users(source) : inFlight(source);
  const count = kind.hasRate ? requests(source) : iterations(source);
  return [rate(source), ...percentiles, errors(source), load, count];
}
