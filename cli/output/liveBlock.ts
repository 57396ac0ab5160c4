import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { count, duration, ms, rate } from "./formatNumbers.ts";
import { flow, type Line, type Piece } from "./line.ts";
import type { Progress } from "./progressCount.ts";
import type { RunPlan } from "./runPlan.ts";
import { cutTo, padTo, widthOf } from "./textWidth.ts";

export interface LiveState {
  plan: RunPlan;
  /** QUEUED, PREPARING, … */
  phase: string;
  newest: SecondView | undefined;
  total: Progress;
}

const MAX_BAR = 40;
const LATE_MS = 5;
const MAX_NAME = 24;
/** Of a step's name, however narrow the terminal is. */
const MIN_NAME = 6;

/** From 0 to 1: by work where work is planned, else by time. */
function partDone({ plan, newest, total }: LiveState): number {
  const part =
    plan.iterations === null
      ? ((newest?.second ?? -1) + 1) / plan.plannedSeconds
      : total.begun / plan.iterations;
  return Math.min(1, Math.max(0, part));
}

function timeText(state: LiveState): string {
  const { plan, newest, total } = state;
  const passed = (newest?.second ?? -1) + 1;
  if (plan.iterations !== null) {
    return `${count(total.begun)} of ${count(plan.iterations)} iterations, ${duration(passed)}`;
  }
  const left = Math.max(0, plan.plannedSeconds - passed);
  return left === 0
    ? `${duration(passed)}, waiting for answers`
    : `${duration(passed)} of ${duration(plan.plannedSeconds)}, ${duration(left)} left`;
}

function headLine(state: LiveState, columns: number): Line {
  const part = partDone(state);
  const percent = `${Math.floor(100 * part)} %`.padStart(5);
  const text = `${percent}  ${timeText(state)}`;
  const width = Math.max(0, Math.min(MAX_BAR, columns - text.length - 3));
  const full = Math.round(part * width);
  return [
    ["█".repeat(full), "good"],
    ["░".repeat(width - full), "dim"],
    [text, "plain"],
  ];
}

type Latency = SecondView["response"];

const latencyParts = ({ p50, p95, p99 }: Latency): Piece[] => [
  [`p50 ${ms(p50)}`, "plain"],
  [`p95 ${ms(p95)}`, "plain"],
  [`p99 ${ms(p99)}`, "plain"],
];

/** Where an iteration is not one request, or has no plan, what is planned is compared by itself. */
function rateTexts({ sent, started, planned }: SecondView, plan: RunPlan): string[] {
  if (plan.peakRps === null) return [`${rate(sent)}/s`];
  const isRequests = plan.rateOf === "requests" && plan.users === null;
  if (isRequests) return [`${rate(sent)}/s of ${rate(planned)}/s planned`];
  if (plan.hasUnplanned) {
    return [
      `${rate(sent)}/s`,
      `iterations ${rate(started)}/s`,
      `arrivals planned ${rate(planned)}/s`,
    ];
  }
  return [`${rate(sent)}/s`, `iterations ${rate(started)}/s of ${rate(planned)}/s planned`];
}

function rateParts(newest: SecondView, { plan, total }: LiveState): Piece[] {
  const texts = [
    ...rateTexts(newest, plan),
    ...(plan.users === null ? [] : [`users ${count(newest.users)}`]),
    `in flight ${count(newest.inFlight)}`,
    `sent ${count(total.sent)}`,
  ];
  return texts.map((text) => [text, "plain"]);
}

function errorParts(newest: SecondView, { plan, total }: LiveState): Piece[] {
  const answered = total.ok + total.failed + total.neutral;
  const percent = answered === 0 ? 0 : (100 * total.failed) / answered;
  const { latenessP99Ms } = newest;
  return [
    [`${count(total.failed)} (${percent.toFixed(2)} %)`, total.failed === 0 ? "plain" : "bad"],
    ...(plan.neutral === null
      ? []
      : [[`${plan.neutral} ${count(total.neutral)}`, "plain"] as const]),
    ...(total.dropped === 0 ? [] : [[`dropped ${count(total.dropped)}`, "warn"] as const]),
    ...(latenessP99Ms > LATE_MS ? [[`late p99 ${ms(latenessP99Ms)}`, "warn"] as const] : []),
  ];
}

function stepLines({ steps }: SecondView, columns: number, room: number): Line[] {
  if (steps.length < 2) return [];
  const shown = steps.length <= room ? steps : steps.slice(0, Math.max(0, room - 1));
  const several = new Set(steps.map(({ workload }) => workload)).size > 1;
  const rows = shown.map(({ name, workload, sent, failed, response }) => ({
    name: several ? `${workload}: ${name}` : name,
    text: `${rate(sent).padStart(9)}/s  p95 ${ms(response.p95).padStart(8)}`,
    failures: failed === 0 ? "" : `  failed ${count(failed)}`,
  }));
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(widthOf));
  const beside = rows.map(({ text, failures }) => text + failures);
  const roomForName = columns - 2 - longest(beside);
  const names = longest(rows.map(({ name }) => name));
  const width = Math.min(MAX_NAME, names, Math.max(MIN_NAME, roomForName));
  const lines = rows.map(({ name, text, failures }): Line => [
    [`  ${padTo(cutTo(name, width), width)}`, "dim"],
    [text, "plain"],
    [failures, "bad"],
  ]);
  const left = steps.length - shown.length;
  return left === 0 ? lines : [...lines, [[`  and ${left} steps more`, "dim"]]];
}

const waiting: Record<string, string> = {
  QUEUED: "waiting for free workers",
  PREPARING: "workers get ready",
};

/** The run as it is now: progress, rate, latencies of the newest second, errors, steps. */
export function liveBlock(state: LiveState, columns: number, rows: number): Line[] {
  const { newest, phase, plan } = state;
  const title: Line = [
    [cutTo(plan.name, Math.max(MIN_NAME, columns - phase.length - 2)), "plain"],
    [`  ${phase}`, "dim"],
  ];
  if (newest === undefined) return [title, [[waiting[phase] ?? "the first second …", "dim"]]];
  const fixed = [
    title,
    headLine(state, columns),
    ...flow("rate", rateParts(newest, state), columns),
    ...flow("response", latencyParts(newest.response), columns),
    ...flow("service", latencyParts(newest.service), columns),
    ...flow("errors", errorParts(newest, state), columns),
  ];
  return [...fixed, ...stepLines(newest, columns, rows - fixed.length - 1)];
}
