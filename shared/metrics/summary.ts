import type { CheckResult, GroupSummary, Ledger, Summary, Traffic } from "../api/runView.ts";
import type { MergedTotals } from "../run/conservation.ts";
import type { DueDelta, WallDelta } from "./delta.ts";
import { type CheckDocument, checkName } from "../condition/stepChecks.ts";
import { makeLedger } from "../run/ledger.ts";
import {
  addCounts,
  addOutcomes,
  StepAccumulator,
  WorkloadAccumulator,
} from "./secondAccumulator.ts";
import { Histogram } from "./histogram.ts";
import { latencyStats } from "./latencyStats.ts";
import { phases } from "./phases.ts";
import type { RunSecond } from "./second.ts";
import { type FaultOptions, LATENESS_LIMIT_MS } from "./secondFaults.ts";
import { addSparse } from "./sparseHistogram.ts";
import { GeneratorTotals } from "./generatorTotals.ts";

/** Names and planned counts that seconds do not carry. */
export interface RunNames {
  workloads: readonly {
    name: string;
    steps: readonly {
      name: string;
      checks?: readonly CheckDocument[] | undefined;
      tags?: Readonly<Record<string, string>> | undefined;
    }[];
    groups?: readonly { name: string; tags?: Readonly<Record<string, string>> | undefined }[];
  }[];
}

type StepNames = RunNames["workloads"][number]["steps"][number];

/** Peaks of users per workload and in all; shares report a second at different times. */
class UserPeaks {
  readonly #seconds = new Map<number, Map<number, number>>();
  readonly #peaks = new Map<number, number>();
  #peak = 0;

  add(second: number, workload: number, users: number): void {
    if (users === 0) return;
    const ofSecond = this.#seconds.get(second) ?? new Map<number, number>();
    this.#seconds.set(second, ofSecond);
    const own = (ofSecond.get(workload) ?? 0) + users;
    ofSecond.set(workload, own);
    this.#peaks.set(workload, Math.max(this.#peaks.get(workload) ?? 0, own));
    const all = [...ofSecond.values()].reduce((sum, count) => sum + count, 0);
    this.#peak = Math.max(this.#peak, all);
    // Reports come a few seconds late at most; what is older has had its say.
    if (this.#seconds.size > KEPT_SECONDS) this.#seconds.delete(Math.min(...this.#seconds.keys()));
  }

  max(workload?: number): number {
    return workload === undefined ? this.#peak : (this.#peaks.get(workload) ?? 0);
  }
}

const KEPT_SECONDS = 120;

/**
 * Folds merged seconds into totals: merge first, summarise last. Seconds may come in any order,
 * each once and in its highest revision.
 */
export class RunTotals {
  readonly workloads = new Map<number, WorkloadAccumulator>();
  seconds = 0;
  lateSeconds = 0;
  readonly generator: GeneratorTotals;
  /** Users there at once: per workload in each second, so that only the maximum has to be kept. */
  readonly #users = new UserPeaks();
  /** Of the second that is added. */
  readonly #lateness = new Histogram();

  constructor(options: FaultOptions = {}) {
    this.generator = new GeneratorTotals(options);
  }

  /** A snapshot's deltas of one workload, for totals while the run goes on. */
  addDeltas(workload: number, deltas: { due: readonly DueDelta[]; wall: readonly WallDelta[] }) {
    const into = this.#workload(workload);
    for (const delta of deltas.due) into.addDue(delta);
    for (const delta of deltas.wall) {
      into.addWall(delta);
      this.#users.add(delta.second, workload, delta.users);
    }
  }

  addLost(workload: number, count: number): void {
    this.#workload(workload).lost += count;
  }

  #workload(index: number): WorkloadAccumulator {
    let workload = this.workloads.get(index);
    if (workload === undefined) {
      workload = new WorkloadAccumulator();
      this.workloads.set(index, workload);
    }
    return workload;
  }

  add(second: RunSecond): void {
    const lateness = this.#lateness;
    lateness.reset();
    for (const part of second.workloads) {
      this.#workload(part.workload).addSecond(part);
      this.#users.add(second.second, part.workload, part.users);
      addSparse(lateness, part.lateness);
    }
    if (lateness.total > 0) {
      this.seconds++;
      if (latencyStats(lateness).p99 > LATENESS_LIMIT_MS) this.lateSeconds++;
    }
    this.generator.add(second);
  }

  /** The most users there at once, of one workload or of all. */
  maxUsers(workload?: number): number {
    return this.#users.max(workload);
  }

  merged(): MergedTotals {
    const all = mergeAll([...this.workloads.values()]);
    const { ok, failed, neutral, interrupted, sent } = all.traffic;
    return { ...all, requests: { sent, ok, failed, neutral, interrupted } };
  }
}

function mergeAll(workloads: readonly WorkloadAccumulator[]) {
  const traffic = new StepAccumulator();
  const iterations = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };
  const iterationDuration = new Histogram();
  const lateness = new Histogram();
  const dropped: Record<string, number> = {};
  let started = 0;
  let lost = 0;
  for (const workload of workloads) {
    for (const step of workload.steps.values()) traffic.add(step);
    addOutcomes(iterations, workload.iterations);
    iterationDuration.add(workload.iterationDuration);
    lateness.add(workload.lateness);
    addCounts(dropped, workload.dropped);
    started += workload.started;
    lost += workload.lost;
  }
  return { traffic, iterations, iterationDuration, lateness, dropped, started, lost };
}

function phaseStats(step: StepAccumulator): Traffic["phases"] {
  const stats: Traffic["phases"] = {};
  for (const phase of phases) {
    const histogram = step.phases[phase];
    if (histogram !== undefined && histogram.total > 0) stats[phase] = latencyStats(histogram);
  }
  return stats;
}

/** `seconds` is the time that the rate refers to. */
function trafficOf(step: StepAccumulator, seconds: number, checks: CheckResult[]): Traffic {
  const { ok, failed, neutral, interrupted, sent } = step;
  const answered = ok + failed + neutral;
  return {
    requests: { sent, ok, failed, neutral, interrupted },
    rps: seconds > 0 ? Math.round((sent / seconds) * 1000) / 1000 : 0,
    errorRate: answered === 0 ? 0 : failed / answered,
    successRate: answered === 0 ? 0 : (100 * (ok + neutral)) / answered,
    response: latencyStats(step.response),
    service: latencyStats(step.service),
    phases: phaseStats(step),
    redirects: step.redirects,
    bytes: { sent: step.bytesSent, received: step.bytesReceived },
    statusCodes: step.statusCodes,
    errors: step.errors,
    outcomes: step.outcomes,
    checks,
  };
}

/** The counted checks of one step, in the order of the scenario. */
function checksOf(workload: string, names: StepNames, step: StepAccumulator): CheckResult[] {
  const declared = (names.checks ?? []).map(checkName);
  const place = (name: string) => declared.indexOf(name);
  const counted = Object.entries(step.checks).sort(
    ([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1),
  );
  return counted.map(([check, { passed, failed }]) => ({
    ...{ name: check, workload, step: names.name, passed, failed },
    percent: passed + failed === 0 ? 0 : (100 * passed) / (passed + failed),
  }));
}

function groupsOf(
  { name, groups = [] }: RunNames["workloads"][number],
  merged: WorkloadAccumulator,
): GroupSummary[] {
  return groups.map((group, index) => {
    const { ok, failed, duration } = merged.group(index);
    return {
      ...{ name: group.name, workload: name, tags: { ...group.tags } },
      ...{ count: ok + failed, ok, failed, duration: latencyStats(duration) },
    };
  });
}

/** What lost workers may have sent besides what is counted as started and sent. */
export interface MaybeSent {
  iterations: number;
  requests: number;
}

export interface SummaryInput {
  totals: RunTotals;
  names: RunNames;
  /** Load time so far: the planned duration, or less while running or when stopped. */
  durationSeconds: number;
  /** Per workload, in the order of `names`. */
  scheduled: readonly number[];
  maybeSent: MaybeSent;
}

/** The summary that people read, and the ledger of the whole run. */
export function summarise(input: SummaryInput): { summary: Summary; ledger: Ledger } {
  const { totals, names, durationSeconds, scheduled, maybeSent } = input;
  const parts = names.workloads.map((_, i) => totals.workloads.get(i) ?? new WorkloadAccumulator());
  const workloads = parts.map((workload, i) => {
    const all = mergeAll([workload]);
    const name = names.workloads[i]?.name ?? "";
    const steps = (names.workloads[i]?.steps ?? []).map((names, index) => {
      const step = workload.step(index);
      const traffic = trafficOf(step, durationSeconds, checksOf(name, names, step));
      return { name: names.name, tags: { ...names.tags }, ...traffic };
    });
    return {
      name,
      iterations: makeLedger(scheduled[i] ?? 0, all, 0),
      iterationDuration: latencyStats(all.iterationDuration),
      vus: { max: totals.maxUsers(i) },
      ...trafficOf(
        all.traffic,
        durationSeconds,
        steps.flatMap((step) => step.checks),
      ),
      steps,
    };
  });
  const all = mergeAll(parts);
  const total = scheduled.reduce((sum, count) => sum + count, 0);
  const ledger = makeLedger(total, all, maybeSent.iterations);
  const checks = workloads.flatMap((workload) => workload.checks);
  const traffic = trafficOf(all.traffic, durationSeconds, checks);
  const summary: Summary = {
    durationSeconds,
    ...traffic,
    requests: { ...traffic.requests, maybeSent: maybeSent.requests },
    iterations: ledger,
    iterationDuration: latencyStats(all.iterationDuration),
    vus: { max: totals.maxUsers() },
    lateness: latencyStats(all.lateness),
    workloads,
    steps: workloads.flatMap((workload) => workload.steps),
    groups: names.workloads.flatMap((workload, i) =>
      groupsOf(workload, parts[i] ?? new WorkloadAccumulator()),
    ),
  };
  return { summary, ledger };
}
