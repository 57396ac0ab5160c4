import type { Counts, DueDelta, OutcomeCounts, WallDelta } from "../metrics/delta.ts";
import { sumCounts } from "../run/ledger.ts";
import type { CountedName, SlaMetric } from "./slaLine.ts";
import type { SlaScope } from "./slaScope.ts";

/** What a second, or a part of one, adds to what a line looks at. Samples add up. */
export interface SlaSample {
  /** What is counted, and what it is a share of. */
  part: number;
  whole: number;
  /** Requests (iterations where the line is about them) begun, ended, and of these interrupted. */
  begun: number;
  ended: number;
  interrupted: number;
  /** Histograms, encoded. */
  encoded: Uint8Array[];
}

type Due = Omit<DueDelta, "second">;
type StepDue = Due["steps"][number];
type Wall = Omit<WallDelta, "second">;

const noSample = (): SlaSample => ({
  ...{ part: 0, whole: 0, begun: 0, ended: 0, interrupted: 0 },
  encoded: [],
});

const judged = ({ ok, failed, neutral }: OutcomeCounts) => ok + failed + neutral;

function statusesLike(codes: Counts, only: string): number {
  if (!only.endsWith("xx")) return codes[only] ?? 0;
  const alike = Object.entries(codes).filter(([code]) => code.startsWith(only.slice(0, 1)));
  return alike.reduce((sum, [, count]) => sum + count, 0);
}

function checksOf({ checks }: StepDue, only: string | null): [part: number, whole: number] {
  let [part, whole] = [0, 0];
  for (const [name, { passed, failed }] of Object.entries(checks)) {
    if (only !== null && name !== only) continue;
    part += passed;
    whole += passed + failed;
  }
  return [part, whole];
}

/** Answers that are counted, of how many. */
function answersOf(step: StepDue, name: CountedName, only: string | null): [number, number] {
  const whole = judged(step);
  switch (name) {
    case "errorRate":
      return [step.failed, whole];
    case "errors":
      return [only === null ? step.failed : (step.errors[only] ?? 0), whole];
    case "successRate":
      return [step.ok + step.neutral, whole];
    case "status":
      return [statusesLike(step.statusCodes, only ?? ""), whole];
    case "outcome":
      return [step.outcomes[only ?? ""] ?? 0, whole];
    case "checks":
      return checksOf(step, only);
    case "requests":
    case "bytes":
    case "iterations":
    case "dropped":
    case "lost":
      return [0, 0];
  }
}

function addIterations(into: SlaSample, metric: SlaMetric, due: Due): void {
  if (metric.kind === "latency") {
    if (metric.of !== "iteration") return;
    into.begun += due.started;
    into.ended += judged(due) + due.interrupted;
    into.interrupted += due.interrupted;
    into.encoded.push(due.iterationDuration);
    return;
  }
  if (metric.kind === "rate") return;
  const dropped = sumCounts(due.dropped);
  if (metric.name === "iterations") into.part += due.started;
  if (metric.name === "dropped") {
    into.part += metric.only === null ? dropped : (due.dropped[metric.only] ?? 0);
  }
  if (metric.name === "dropped" || metric.name === "lost") into.whole += due.started + dropped;
}

/** Groups say nothing before they have ended. */
function addGroups(into: SlaSample, metric: SlaMetric, meant: ReadonlySet<number>, due: Due): void {
  for (const { group, ok, failed, duration } of due.groups ?? []) {
    if (!meant.has(group)) continue;
    into.encoded.push(duration);
    into.part += metric.kind === "counted" && metric.name === "errorRate" ? failed : ok;
    into.whole += ok + failed;
  }
}

/** Of a workload, by due second. */
export function dueSample(metric: SlaMetric, scope: SlaScope, workload: number, due: Due) {
  const sample = noSample();
  const meant = scope.steps.get(workload);
  if (meant === undefined) return sample;
  if (scope.isOfGroups) {
    addGroups(sample, metric, meant, due);
    return sample;
  }
  addIterations(sample, metric, due);
  if (metric.kind === "latency" && metric.of === "iteration") return sample;
  for (const step of due.steps) {
    if (!meant.has(step.step)) continue;
    sample.ended += judged(step) + step.interrupted;
    sample.interrupted += step.interrupted;
    if (metric.kind === "latency") {
      if (metric.of === "response" || metric.of === "service") {
        sample.encoded.push(step[metric.of]);
      }
    } else if (metric.kind === "counted") {
      const [part, whole] = answersOf(step, metric.name, metric.only);
      sample.part += part;
      sample.whole += whole;
    }
  }
  return sample;
}

/** Of a workload, by wall second. */
export function wallSample(metric: SlaMetric, scope: SlaScope, workload: number, wall: Wall) {
  const sample = noSample();
  const meant = scope.steps.get(workload);
  if (meant === undefined || scope.isOfGroups) return sample;
  if (metric.kind === "latency" && metric.of === "lateness") sample.encoded.push(wall.lateness);
  if (metric.kind === "latency" && metric.of === "iteration") return sample;
  for (const step of wall.steps) {
    if (!meant.has(step.step)) continue;
    sample.begun += step.sent;
    if (metric.kind === "rate") sample.part += step.sent;
    if (metric.kind !== "counted") continue;
    if (metric.name === "requests") sample.part += step.sent;
    if (metric.name !== "bytes") continue;
    if (metric.only !== "received") sample.part += step.bytesSent;
    if (metric.only !== "sent") sample.part += step.bytesReceived;
  }
  return sample;
}

/** Arrivals of a workload that nobody began. */
export function lostSample(metric: SlaMetric, scope: SlaScope, workload: number, lost: number) {
  const sample = noSample();
  if (metric.kind !== "counted" || !scope.steps.has(workload)) return sample;
  if (metric.name === "lost") sample.part = lost;
  if (metric.name === "lost" || metric.name === "dropped") sample.whole = lost;
  return sample;
}
