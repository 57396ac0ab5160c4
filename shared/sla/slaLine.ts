import type { SlaResult } from "../api/slaResult.ts";

/** What an SLA line says, parsed. `parseSla.ts` has the grammar. */

export type SlaUnit = SlaResult["unit"];

export const slaOperators = ["<=", ">=", "==", "!=", "<", ">"] as const;
export type SlaOperator = (typeof slaOperators)[number];

export type LatencyOf = "response" | "service" | "iteration" | "lateness";

export type Statistic = { percent: number } | "avg" | "min" | "max" | "sd";

/** Counted, and with a limit in % compared with what they are a part of. */
export type CountedName =
  | "errorRate"
  | "successRate"
  | "requests"
  | "errors"
  | "status"
  | "outcome"
  | "checks"
  | "iterations"
  | "dropped"
  | "lost"
  | "bytes";

export type SlaMetric =
  | { kind: "latency"; of: LatencyOf; statistic: Statistic }
  | { kind: "rate" }
  /** `only`: one status, outcome, check, kind of error or reason; null for all of them. */
  | { kind: "counted"; name: CountedName; only: string | null };

/** Of what is measured a line is about; of everything where a field is not there. */
export interface SlaSelector {
  step?: string;
  workload?: string;
  tag?: { name: string; value: string };
  group?: string;
}

export interface SlaLine {
  text: string;
  selector: SlaSelector;
  metric: SlaMetric;
  operator: SlaOperator;
  /** In `unit`. */
  limit: number;
  unit: SlaUnit;
  /** Length of the sliding window; null judges everything up to now. */
  overSeconds: number | null;
  /** Windows in a row that must be broken. */
  forWindows: number;
  /** Left out at the beginning. */
  afterSeconds: number;
  /** From 1; null for the whole load. */
  stage: number | null;
  abort: boolean;
}

/** The document's form: the line alone, or with a name of its own. */
export type SlaDocument = string | { check: string; name?: string | undefined; abort?: boolean };

/** Metrics that count iterations, which belong to workloads and not to steps. */
export function countsIterations(metric: SlaMetric): boolean {
  if (metric.kind === "latency") return metric.of === "iteration" || metric.of === "lateness";
  if (metric.kind === "rate") return false;
  return metric.name === "iterations" || metric.name === "dropped" || metric.name === "lost";
}

/** A plain count that only grows while a run goes on: no share, no rate, no latency. */
export function isGrowing({ metric, unit }: Pick<SlaLine, "metric" | "unit">): boolean {
  return metric.kind === "counted" && unit !== "%";
}

/** What a group of steps has of its own; the rest belongs to its requests. */
export function isOfGroups(metric: SlaMetric): boolean {
  if (metric.kind === "latency") return metric.of === "response";
  if (metric.kind === "rate") return false;
  return ["errorRate", "successRate"].includes(metric.name);
}

/** What is more than the limit breaks it, and nothing is too little before the end. */
export function isUpperLimit(line: SlaLine): boolean {
  const { operator } = line;
  return operator === "<" || operator === "<=" || (operator === "==" && isGrowing(line));
}

export function isBroken({ operator, limit }: SlaLine, value: number): boolean {
  switch (operator) {
    case "<":
      return !(value < limit);
    case "<=":
      return !(value <= limit);
    case ">":
      return !(value > limit);
    case ">=":
      return !(value >= limit);
    case "==":
      return value !== limit;
    case "!=":
      return value === limit;
  }
}
