import { isObject, listOf, objectOf, type Raw, textOf } from "./raw.ts";
import type { Note } from "./imported.ts";
import { goDurationSeconds } from "./goDuration.ts";

/**
 * k6 thresholds as SLA lines. `http_req_duration` is sending, waiting and receiving: our service
 * time. Ours to compare with is `p95(service)`; the response time, from when a request was due, has
 * no counterpart in k6.
 */

interface Parts {
  /** `p(95)`, `rate`, … */
  aggregation: string;
  operator: string;
  value: number;
}

const PATTERN =
  /^\s*(p\(\s*[\d.]+\s*\)|[a-z]+)\s*(<=|>=|===?|!=|<|>)\s*(-?[\d.]+(?:e[+-]?\d+)?)\s*$/i;

function parseParts(text: string): Parts | undefined {
  const match = PATTERN.exec(text);
  const value = Number(match?.[3]);
  if (match === null || !Number.isFinite(value)) return undefined;
  const [, aggregation = "", operator = ""] = match;
  return { aggregation: aggregation.replaceAll(/\s/g, ""), operator, value };
}

/** Which of our statistics a k6 trend asks for. */
function trendStatistic(aggregation: string): string | undefined {
  const percentile = /^p\((\d+(?:\.\d+)?)\)$/.exec(aggregation)?.[1];
  if (percentile !== undefined) return `p${Number(percentile)}`;
  if (aggregation === "med") return "p50";
  return ["avg", "min", "max"].includes(aggregation) ? aggregation : undefined;
}

const percent = (fraction: number) => `${Number((fraction * 100).toPrecision(12))}%`;

/** `http_req_duration{name:login,scenario:buy}` */
function splitTags(key: string): { metric: string; tags: [string, string][] } {
  const match = /^([^{]+)(?:\{(.*)\})?$/s.exec(key);
  const pairs = (match?.[2] ?? "").split(",").filter((pair) => pair.trim() !== "");
  const tags = pairs.map((pair): [string, string] => {
    const at = pair.indexOf(":");
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
  return { metric: (match?.[1] ?? key).trim(), tags };
}

interface MetricText {
  metric: string;
  limit: string;
  /** Belongs to workloads: no step has it. */
  ofIterations?: boolean;
}

/** The metric of a line, without its place; undefined when there is none like it. */
function metricText(metric: string, { aggregation, value }: Parts): MetricText | undefined {
  const statistic = trendStatistic(aggregation);
  const trend = (of: string) =>
    statistic === undefined ? undefined : { metric: `${statistic}(${of})`, limit: `${value}ms` };
  const count = (name: string) =>
    aggregation === "count" ? { metric: name, limit: String(value) } : undefined;
  const iterations = (text: MetricText | undefined) =>
    text === undefined ? undefined : { ...text, ofIterations: true };
  switch (metric) {
    case "http_req_duration":
      return trend("service");
    case "iteration_duration":
      return iterations(trend("iteration"));
    case "http_req_failed":
      return aggregation === "rate" ? { metric: "errorRate", limit: percent(value) } : undefined;
    case "http_reqs":
      return aggregation === "rate" ? { metric: "rps", limit: String(value) } : count("requests");
    case "iterations":
      return iterations(count("iterations"));
    case "dropped_iterations":
      return iterations(count("dropped"));
    case "data_received":
      return count("bytes(received)");
    case "data_sent":
      return count("bytes(sent)");
    default:
      return undefined;
  }
}

interface Threshold {
  text: string;
  abort: boolean;
  afterSeconds: number;
}

function readThreshold(raw: unknown): Threshold | undefined {
  const text = textOf(raw) ?? textOf(objectOf(raw)["threshold"]);
  if (text === undefined) return undefined;
  const options: Raw = objectOf(raw);
  const abort = options["abortOnFail"] === true;
  return {
    text,
    abort,
    afterSeconds: abort ? (goDurationSeconds(options["delayAbortEval"]) ?? 0) : 0,
  };
}

/** What the tags of a threshold may name. */
export interface ThresholdNames {
  steps: ReadonlySet<string>;
  /** Empty where there is but one, which needs no name. */
  workloads: ReadonlySet<string>;
}

/** A name in brackets ends at the first bracket unless it is quoted. */
const bracketed = (name: string) => (/^[\w. /-]+$/.test(name) ? name : JSON.stringify(name));

/** Where a metric is looked at by its tags; undefined when one of them has no counterpart. */
function placeOf(
  tags: readonly [string, string][],
  text: MetricText,
  names: ThresholdNames,
): string | undefined {
  let place = "";
  for (const [tag, value] of tags) {
    if (tag === "scenario" && (names.workloads.size === 0 || names.workloads.has(value))) {
      if (names.workloads.size > 0) place += `workload(${bracketed(value)}).`;
    } else if (tag === "name" && names.steps.has(value) && text.ofIterations !== true) {
      place += `step(${bracketed(value)}).`;
    } else return undefined;
  }
  return place;
}

function lineOf(
  key: string,
  threshold: Threshold,
  names: ThresholdNames,
): { line: string } | { message: string } {
  const parts = parseParts(threshold.text);
  if (parts === undefined) return { message: `"${threshold.text}" cannot be read` };
  const { metric, tags } = splitTags(key);
  if (metric === "checks")
    return { message: "checks are code of the script: write them as checks" };
  const text = metricText(metric, parts);
  const place = text === undefined ? undefined : placeOf(tags, text, names);
  if (text === undefined || place === undefined) {
    return { message: `"${key} ${threshold.text}" has no SLA line of the same meaning` };
  }
  const operator = /^={2,3}$/.test(parts.operator) ? "==" : parts.operator;
  const after = threshold.afterSeconds > 0 ? ` after ${threshold.afterSeconds}s` : "";
  const abort = threshold.abort ? " abort" : "";
  return { line: `${place}${text.metric} ${operator} ${text.limit}${after}${abort}` };
}

const MAX_LINES = 50;

/** SLA lines of `thresholds`; what cannot be one goes to `left`. */
export function slaLines(thresholds: unknown, names: ThresholdNames, left: Note[]): string[] {
  if (!isObject(thresholds)) return [];
  const lines: string[] = [];
  for (const [key, list] of Object.entries(thresholds)) {
    (Array.isArray(list) ? listOf(list) : [list]).forEach((raw, i) => {
      const where = `thresholds["${key}"][${i}]`;
      const threshold = readThreshold(raw);
      const result =
        threshold === undefined
          ? { message: "not a threshold that can be read" }
          : lineOf(key, threshold, names);
      if ("message" in result) left.push({ where, ...result });
      else if (lines.length === MAX_LINES) left.push({ where, message: `at most ${MAX_LINES}` });
      else lines.push(result.line);
      if (threshold !== undefined && threshold.afterSeconds > 0) {
        const message = "leaves the time of delayAbortEval out of what is judged";
        left.push({ where, message });
      }
    });
  }
  return lines;
}
