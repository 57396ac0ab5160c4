import type {
  CheckCounts,
  Counts,
  DueDelta,
  GroupDue,
  Health,
  OutcomeCounts,
  StepDue,
  StepWall,
  WallDelta,
} from "./delta.ts";
import { Histogram } from "./histogram.ts";
import type { AddHistogram } from "./mergeQueue.ts";
import { type Phase, phases } from "./phases.ts";
import type { RunSecond, StepSecond, WorkloadSecond } from "./second.ts";
import { addSparse, encodeSparse } from "./sparseHistogram.ts";

/** Names are anybody's, "constructor" too, so what counts by them inherits nothing. */
const byName = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

export function addCounts(into: Counts, from: Counts): void {
  for (const name in from) into[name] = (into[name] ?? 0) + (from[name] ?? 0);
}

function addChecks(into: CheckCounts, from: CheckCounts): void {
  for (const name in from) {
    const counted = from[name];
    if (counted === undefined) continue;
    const known = (into[name] ??= { passed: 0, failed: 0 });
    known.passed += counted.passed;
    known.failed += counted.failed;
  }
}

export function addOutcomes(into: OutcomeCounts, from: OutcomeCounts): void {
  into.ok += from.ok;
  into.failed += from.failed;
  into.neutral += from.neutral;
  into.interrupted += from.interrupted;
}

const noOutcomes = (): OutcomeCounts => ({ ok: 0, failed: 0, neutral: 0, interrupted: 0 });

export class StepAccumulator implements OutcomeCounts {
  ok = 0;
  failed = 0;
  neutral = 0;
  interrupted = 0;
  sent = 0;
  completed = 0;
  bytesSent = 0;
  bytesReceived = 0;
  redirects = 0;
  readonly statusCodes: Counts = byName<number>();
  readonly errors: Counts = byName<number>();
  readonly outcomes: Counts = byName<number>();
  readonly checks: CheckCounts = byName<CheckCounts[string]>();
  readonly response = new Histogram();
  readonly service = new Histogram();
  readonly phases: Partial<Record<Phase, Histogram>> = {};

  phase(phase: Phase): Histogram {
    return (this.phases[phase] ??= new Histogram());
  }

  addDue(delta: Omit<StepDue, "step">, add: AddHistogram = addSparse): void {
    addOutcomes(this, delta);
    addCounts(this.statusCodes, delta.statusCodes);
    addCounts(this.errors, delta.errors);
    addCounts(this.outcomes, delta.outcomes);
    addChecks(this.checks, delta.checks);
    add(this.response, delta.response);
    add(this.service, delta.service);
    for (const phase of phases) {
      const bytes = delta.phases[phase];
      if (bytes !== undefined) add(this.phase(phase), bytes);
    }
  }

  add(other: StepAccumulator): void {
    addOutcomes(this, other);
    addCounts(this.statusCodes, other.statusCodes);
    addCounts(this.errors, other.errors);
    addCounts(this.outcomes, other.outcomes);
    addChecks(this.checks, other.checks);
    this.response.add(other.response);
    this.service.add(other.service);
    for (const phase of phases) {
      const histogram = other.phases[phase];
      if (histogram !== undefined) this.phase(phase).add(histogram);
    }
    this.addWall(other);
  }

  addWall(delta: Omit<StepWall, "step">): void {
    this.sent += delta.sent;
    this.completed += delta.completed;
    this.bytesSent += delta.bytesSent;
    this.bytesReceived += delta.bytesReceived;
    this.redirects += delta.redirects;
  }

  #encodePhases(): StepDue["phases"] {
    const encoded: StepDue["phases"] = {};
    for (const phase of phases) {
      const histogram = this.phases[phase];
      if (histogram !== undefined) encoded[phase] = encodeSparse(histogram);
    }
    return encoded;
  }

  toSecond(step: number): StepSecond {
    const { ok, failed, neutral, interrupted } = this;
    const { sent, completed, bytesSent, bytesReceived, redirects } = this;
    return {
      step,
      ...{ ok, failed, neutral, interrupted },
      ...{ sent, completed, bytesSent, bytesReceived, redirects },
      statusCodes: { ...this.statusCodes },
      errors: { ...this.errors },
      outcomes: { ...this.outcomes },
      checks: structuredClone(this.checks),
      response: encodeSparse(this.response),
      service: encodeSparse(this.service),
      phases: this.#encodePhases(),
    };
  }
}

export class GroupAccumulator {
  ok = 0;
  failed = 0;
  readonly duration = new Histogram();

  add({ ok, failed, duration }: GroupDue, add: AddHistogram): void {
    this.ok += ok;
    this.failed += failed;
    add(this.duration, duration);
  }

  toSecond(group: number): GroupDue {
    const { ok, failed, duration } = this;
    return { group, ok, failed, duration: encodeSparse(duration) };
  }
}

/** Merged numbers of one workload over any set of shares and seconds. Merging is order-free. */
export class WorkloadAccumulator {
  started = 0;
  lost = 0;
  inFlight = 0;
  users = 0;
  connections = 0;
  readonly dropped: Counts = byName<number>();
  readonly iterations = noOutcomes();
  readonly iterationDuration = new Histogram();
  readonly lateness = new Histogram();
  readonly steps = new Map<number, StepAccumulator>();
  readonly groups = new Map<number, GroupAccumulator>();

  group(index: number): GroupAccumulator {
    let group = this.groups.get(index);
    if (group === undefined) {
      group = new GroupAccumulator();
      this.groups.set(index, group);
    }
    return group;
  }

  step(index: number): StepAccumulator {
    let step = this.steps.get(index);
    if (step === undefined) {
      step = new StepAccumulator();
      this.steps.set(index, step);
    }
    return step;
  }

  addDue(delta: Omit<DueDelta, "second">, add: AddHistogram = addSparse): void {
    this.started += delta.started;
    addCounts(this.dropped, delta.dropped);
    addOutcomes(this.iterations, delta);
    add(this.iterationDuration, delta.iterationDuration);
    for (const step of delta.steps) this.step(step.step).addDue(step, add);
    for (const group of delta.groups ?? []) this.group(group.group).add(group, add);
  }

  addWall(delta: Omit<WallDelta, "second">, add: AddHistogram = addSparse): void {
    this.inFlight += delta.inFlight;
    this.users += delta.users;
    this.connections += delta.connections;
    add(this.lateness, delta.lateness);
    for (const step of delta.steps) this.step(step.step).addWall(step);
  }

  addSecond(second: WorkloadSecond): void {
    this.addDue(second);
    this.addWall(second);
    this.lost += second.lost;
  }

  toSecond(workload: number): WorkloadSecond {
    const { started, lost, inFlight, users, connections } = this;
    const steps = [...this.steps].sort(([a], [b]) => a - b);
    const groups = [...this.groups].sort(([a], [b]) => a - b);
    return {
      ...{ workload, started, lost, inFlight, users, connections },
      ...this.iterations,
      dropped: { ...this.dropped },
      iterationDuration: encodeSparse(this.iterationDuration),
      lateness: encodeSparse(this.lateness),
      steps: steps.map(([index, step]) => step.toSecond(index)),
      ...(groups.length === 0
        ? {}
        : { groups: groups.map(([index, group]) => group.toSecond(index)) }),
    };
  }
}

/** One second of a run while snapshots are merged into it. */
export class SecondAccumulator {
  readonly second: number;
  readonly workloads = new Map<number, WorkloadAccumulator>();
  readonly workers: Record<string, Health> = {};

  constructor(second: number) {
    this.second = second;
  }

  static of(record: RunSecond): SecondAccumulator {
    const accumulator = new SecondAccumulator(record.second);
    for (const part of record.workloads) accumulator.workload(part.workload).addSecond(part);
    Object.assign(accumulator.workers, record.workers);
    return accumulator;
  }

  workload(index: number): WorkloadAccumulator {
    let workload = this.workloads.get(index);
    if (workload === undefined) {
      workload = new WorkloadAccumulator();
      this.workloads.set(index, workload);
    }
    return workload;
  }

  toRecord(rev: number, partial: boolean): RunSecond {
    const workloads = [...this.workloads].sort(([a], [b]) => a - b);
    return {
      second: this.second,
      rev,
      partial,
      workloads: workloads.map(([index, workload]) => workload.toSecond(index)),
      workers: { ...this.workers },
    };
  }
}
