import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { count, duration, ms, rate } from "./formatNumbers.ts";
import type { Progress } from "./progressCount.ts";
import type { RunPlan } from "./runPlan.ts";

export type Tone = "plain" | "dim" | "good" | "warn" | "bad";

/** A line in pieces, so that it can be cut to a width before it is coloured. */
export type Line = readonly (readonly [text: string, tone: Tone])[];

export interface LiveState {
  plan: RunPlan;
  /** QUEUED, PREPARING, … */
  phase: string;
  newest: SecondView | undefined;
  total: Progress;
}

const MAX_BAR = 40;
const LATE_MS = 5;
/** Lines beside those of the steps. */
const FIXED_LINES = 6;

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

const latencyLine = (name: string, { p50, p95, p99 }: Latency): Line => [
  [name.padEnd(10), "dim"],
  [`p50 ${ms(p50)}  p95 ${ms(p95)}  p99 ${ms(p99)}`, "plain"],
];

/** Where an iteration is not one request, or has no plan, what is planned is compared by itself. */
function rateText({ sent, started, planned }: SecondView, plan: RunPlan): string {
  if (plan.peakRps === null) return `${rate(sent)}/s`;
  const isRequests = plan.rateOf === "requests" && plan.users === null;
  if (isRequests) return `${rate(sent)}/s of ${rate(planned)}/s planned`;
  return `${rate(sent)}/s  iterations ${rate(started)}/s of ${rate(planned)}/s planned`;
}

function rateLine(newest: SecondView, { plan, total }: LiveState): Line {
  const users = plan.users === null ? "" : `  users ${count(newest.users)}`;
  const text = `${rateText(newest, plan)}${users}  in flight ${count(newest.inFlight)}  sent ${count(total.sent)}`;
  return [
    ["rate".padEnd(10), "dim"],
    [text, "plain"],
  ];
}

function errorLine(newest: SecondView, { plan, total }: LiveState): Line {
  const answered = total.ok + total.failed + total.neutral;
  const percent = answered === 0 ? 0 : (100 * total.failed) / answered;
  const { latenessP99Ms } = newest;
  return [
    ["errors".padEnd(10), "dim"],
    [`${count(total.failed)} (${percent.toFixed(2)} %)`, total.failed === 0 ? "plain" : "bad"],
    ...(plan.neutral === null
      ? []
      : [[`  ${plan.neutral} ${count(total.neutral)}`, "plain"] as const]),
    ...(total.dropped === 0 ? [] : [[`  dropped ${count(total.dropped)}`, "warn"] as const]),
    ...(latenessP99Ms > LATE_MS ? [[`  late p99 ${ms(latenessP99Ms)}`, "warn"] as const] : []),
  ];
}

function stepLines({ steps }: SecondView, room: number): Line[] {
  if (steps.length < 2) return [];
  const shown = steps.length <= room ? steps : steps.slice(0, Math.max(0, room - 1));
  const width = Math.min(24, Math.max(...shown.map(({ name }) => name.length)));
  const lines = shown.map(({ name, sent, failed, response }): Line => {
    const text = `${rate(sent).padStart(9)}/s  p95 ${ms(response.p95).padStart(8)}`;
    return [
      [`  ${name.slice(0, width).padEnd(width)}`, "dim"],
      [text, "plain"],
      ...(failed === 0 ? [] : [[`  failed ${count(failed)}`, "bad"] as const]),
    ];
  });
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
    [plan.name, "plain"],
    [`  ${phase}`, "dim"],
  ];
  if (newest === undefined) return [title, [[waiting[phase] ?? "the first second …", "dim"]]];
  return [
    title,
    headLine(state, columns),
    rateLine(newest, state),
    latencyLine("response", newest.response),
    latencyLine("service", newest.service),
    errorLine(newest, state),
    ...stepLines(newest, rows - FIXED_LINES - 1),
  ];
}

/** Cut to a width, with an ellipsis where something is missing. */
export function fit(line: Line, columns: number): Line {
  const whole = line.reduce((sum, [text]) => sum + text.length, 0);
  if (whole <= columns) return line;
  let room = Math.max(0, columns - 1);
  const cut = line.flatMap(([text, tone]) => {
    const part = text.slice(0, room);
    room -= part.length;
    return part === "" ? [] : [[part, tone] as const];
  });
  return [...cut, ["…", "dim"]];
}
