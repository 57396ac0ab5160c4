import type { Counts, Health } from "./delta.ts";
import { isKnown, isLow } from "./health.ts";
import type { RunSecond } from "./second.ts";
import { clampedOf } from "./sparseHistogram.ts";

/** Above these a second says something about the generator rather than about the target. */
export const LATENESS_LIMIT_MS = 5;
const CPU_LIMIT = 0.9;
const GC_PAUSE_LIMIT_MS = 50;
/** Reasons of one second that are told; a bad second of 1,000 workers must stay small. */
const MAX_REASONS = 8;

type FaultKind = "lateness" | "cpu" | "gc" | "ports" | "files" | "dropped" | "clamped";

/** What was wrong with the generator in one second, with the worker and the figure. */
interface Fault {
  kind: FaultKind;
  text: string;
}

export interface FaultOptions {
  /** Precise pacing spins on purpose: a core that is always busy tells nothing then. */
  precisePacing?: boolean;
}

const ms = (value: number) => `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`;
const whole = (value: number) => value.toLocaleString("en-US");

/** Judges one second of one worker by its own health. */
export function workerFaults(worker: string, health: Health, options: FaultOptions = {}): Fault[] {
  const faults: Fault[] = [];
  const add = (kind: FaultKind, text: string) => faults.push({ kind, text: `${worker}: ${text}` });
  const { latenessP99Ms = 0, cpu, gcMaxMs = 0, ports, files } = health;
  if (latenessP99Ms > LATENESS_LIMIT_MS) add("lateness", `lateness p99 ${ms(latenessP99Ms)}`);
  if (cpu > CPU_LIMIT && options.precisePacing !== true) {
    add("cpu", `engine CPU ${(cpu * 100).toFixed(0)} %`);
  }
  if (gcMaxMs > GC_PAUSE_LIMIT_MS) add("gc", `a GC pause of ${ms(gcMaxMs)}`);
  if (isKnown(ports) && isLow(ports)) {
    add("ports", `${whole(ports.left)} of ${whole(ports.limit)} local ports left`);
  }
  if (isKnown(files) && isLow(files)) {
    add("files", `${whole(files.left)} of ${whole(files.limit)} file descriptors left`);
  }
  return faults;
}

const sum = (record: RunSecond, of: (dropped: Counts) => number) =>
  record.workloads.reduce((total, { dropped }) => total + of(dropped), 0);

/** Judges one merged second: every worker, and what was dropped by the generator's fault. */
export function secondFaults(record: RunSecond, options: FaultOptions = {}): Fault[] {
  const faults = Object.entries(record.workers).flatMap(([worker, health]) =>
    workerFaults(worker, health, options),
  );
  for (const reason of ["late", "lease"]) {
    const count = sum(record, (dropped) => dropped[reason] ?? 0);
    if (count > 0) faults.push({ kind: "dropped", text: `${whole(count)} dropped (${reason})` });
  }
  const steps = record.workloads.flatMap((workload) => workload.steps);
  const clamped = steps.reduce((total, { response }) => total + clampedOf(response), 0);
  if (clamped > 0) {
    faults.push({ kind: "clamped", text: `${whole(clamped)} latencies above 1 h were cut` });
  }
  return faults;
}

/** Faults as texts, at most a few of them. */
export function faultTexts(faults: readonly Fault[]): string[] {
  const texts = faults.slice(0, MAX_REASONS).map(({ text }) => text);
  if (faults.length > MAX_REASONS) texts.push(`and ${faults.length - MAX_REASONS} more`);
  return texts;
}
