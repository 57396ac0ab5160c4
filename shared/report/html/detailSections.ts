import type {
  CheckResult,
  GroupSummary,
  RunEvent,
  RunView,
  StageSummary,
  Summary,
  Traffic,
} from "../../api/runView.ts";
import {
  formatClock,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
} from "../../format/numbers.ts";
import { type PhaseRow, phaseRows } from "../../format/phaseRows.ts";
import { terms } from "../../format/terms.ts";
import type { ScenarioOutline } from "../scenarioOutline.ts";
import { badge } from "./headSections.ts";
import { html, type Html } from "./html.ts";
import { latencyText } from "./latencyText.ts";
import { type Column, section, table } from "./table.ts";

/** The tables of a report: the load, its parts, what was answered, checked and told. */

export function scenarioSection({ workloads }: ScenarioOutline): Html | null {
  const rows = workloads.flatMap((workload) =>
    workload.steps.map((step, i) => ({ ...step, workload, isFirst: i === 0 })),
  );
  return section(
    "Load",
    table(
      [
        {
          ...{ title: "Workload", text: true },
          of: ({ workload, isFirst }) => (isFirst ? workload.name : ""),
        },
        {
          ...{ title: "Load profile", text: true },
          of: ({ workload: { load, startSecond }, isFirst }) => {
            if (!isFirst) return "";
            return startSecond === 0 ? load : `${load}, after ${formatDuration(startSecond)}`;
          },
        },
        { title: "Step", text: true, of: ({ name }) => name },
        {
          ...{ title: "Request", text: true },
          of: ({ method, url }) => html`<code>${method} ${url}</code>`,
        },
      ],
      rows,
    ),
  );
}

type Part = { name: string; tags?: Readonly<Record<string, string>> } & Pick<
  Traffic,
  "requests" | "rps" | "errorRate" | "response" | "service"
>;

/**
 * The seconds of a stage as people count them: from its first to where the next one begins, or to
 * where the load ended before it.
 */
const stagePart = (stage: StageSummary, loadedSeconds: number): Part => {
  const end = Math.min(stage.toSecond + 1, Math.max(stage.fromSecond + 1, loadedSeconds));
  const span = [stage.fromSecond, end].map(formatClock).join(" to ");
  return { ...stage, name: `${stage.workload} ${stage.stage}, ${span}` };
};

const tagText = ({ tags = {} }: Part) =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");

const groupColumns: Column<GroupSummary>[] = [
  { title: "Group", text: true, of: ({ name }) => name },
  { title: "Workload", text: true, of: ({ workload }) => workload },
  { title: "Ended", of: ({ count }) => formatCount(count) },
  { title: "Failed", of: ({ failed }) => formatCount(failed) },
  ...(["avg", "p50", "p95", "p99", "max"] as const).map((key): Column<GroupSummary> => ({
    title: key,
    of: ({ duration }) => latencyText(duration, key),
  })),
];

const trafficColumns = (first: string, parts: readonly Part[]): Column<Part>[] => [
  { title: first, text: true, of: ({ name }) => name },
  ...(parts.some((part) => tagText(part) !== "")
    ? [{ title: "Tags", text: true, of: tagText }]
    : []),
  { title: "Sent", of: ({ requests }) => formatCount(requests.sent) },
  { title: "Rate", help: terms.rate, of: ({ rps }) => `${formatRate(rps)}/s` },
  { title: "Failed", of: ({ requests }) => formatCount(requests.failed) },
  { title: "Errors", help: terms.errorRate, of: ({ errorRate }) => formatPercent(errorRate) },
  ...(["avg", "p50", "p95", "p99", "max"] as const).map((key): Column<Part> => ({
    ...{ title: key === "avg" ? "Response avg" : key, help: terms.responseTime },
    of: ({ response }) => latencyText(response, key),
  })),
  {
    ...{ title: "Service p95", help: terms.serviceTime },
    of: ({ service }) => latencyText(service, "p95"),
  },
];

const trafficTable = (first: string, parts: readonly Part[]) =>
  table(trafficColumns(first, parts), parts);

export function partSections(summary: Summary): (Html | null)[] {
  const { steps, workloads, groups, stages = [], durationSeconds } = summary;
  const stageParts = stages.map((stage) => stagePart(stage, durationSeconds));
  return [
    section("Steps", trafficTable("Step", steps)),
    section("Groups", table(groupColumns, groups)),
    workloads.length < 2 ? null : section("Workloads", trafficTable("Workload", workloads)),
    section("Stages", trafficTable("Stage", stageParts)),
  ];
}

type Counts = Readonly<Record<string, number>>;

/** What the counts of a table are shares of. */
interface Whole {
  title: string;
  count: number;
}

function counts(title: string, first: string, of: Counts, whole: Whole): Html | null {
  const rows = Object.entries(of)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  return section(
    title,
    table<[string, number]>(
      [
        { title: first, text: true, of: ([name]) => name },
        { title: "Requests", of: ([, count]) => formatCount(count) },
        {
          title: `Share of ${whole.title}`,
          of: ([, count]) => (whole.count === 0 ? "–" : formatPercent(count / whole.count)),
        },
      ],
      rows,
    ),
  );
}

/**
 * Why requests failed, all of them: an answer that failed by its status, or by the name it was
 * given, has no kind of error of its own. What was interrupted has not failed.
 */
function failures({ requests, errors, outcomes }: Summary): Counts {
  const { interrupted: _, ...kinds } = errors;
  const explained = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const byStatus =
    Object.keys(outcomes).length === 0
      ? "status 400 and above"
      : "status 400 and above, or an outcome that fails";
  return { ...kinds, [byStatus]: Math.max(0, requests.failed - explained) };
}

export function answerSections(summary: Summary): Html {
  const { requests, statusCodes, outcomes } = summary;
  const all = { title: "requests", count: requests.sent };
  const failed = { title: "failed", count: requests.failed };
  const parts = [
    counts("Status codes", "Status", statusCodes, all),
    counts("Errors", "Error", failures(summary), failed),
    counts("Outcomes", "Outcome", outcomes, all),
  ];
  return html`<div class="tiles">${parts}</div>`;
}

export function checkSection({ checks, workloads }: Summary): Html | null {
  const workload = { title: "Workload", text: true, of: (check: CheckResult) => check.workload };
  return section(
    "Checks",
    table<CheckResult>(
      [
        {
          title: "Check",
          text: true,
          help: terms.checks,
          of: ({ name }) => html`<code>${name}</code>`,
        },
        ...(workloads.length > 1 ? [workload] : []),
        { title: "Step", text: true, of: ({ step }) => step },
        { title: "Passed", of: ({ passed }) => formatCount(passed) },
        { title: "Failed", of: ({ failed }) => formatCount(failed) },
        { title: "Held", of: ({ percent }) => formatPercent(percent / 100) },
      ],
      checks,
    ),
  );
}

export function phaseSection(summary: Summary): Html | null {
  return section(
    "Where the time of requests went",
    table<PhaseRow>(
      [
        { title: "Phase", text: true, help: terms.phases, of: ({ phase }) => phase },
        { title: "Requests", of: ({ latency }) => formatCount(latency.count) },
        {
          ...{ title: "Share", help: terms.phaseShare },
          of: ({ share }) => (share === null ? "" : formatPercent(share)),
        },
        ...(["avg", "p50", "p95", "p99", "max"] as const).map((key): Column<PhaseRow> => ({
          title: key,
          of: ({ latency }) => latencyText(latency, key),
        })),
      ],
      phaseRows(summary),
    ),
  );
}

export function eventSection({ events }: RunView): Html | null {
  return section(
    "Events",
    table<RunEvent>(
      [
        {
          ...{ title: "Time (UTC)", text: true },
          of: ({ at }) => at.slice(11, 23),
        },
        {
          ...{ title: "Kind", text: true },
          of: ({ kind }) => {
            if (kind === "error") return badge("FAILED", "error");
            return kind === "warning" ? badge("SUSPECT", "warning") : kind;
          },
        },
        { title: "What", text: true, of: ({ text }) => text },
      ],
      events,
    ),
  );
}
