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

/** The metric of a line, without its place; undefined when there is none like it. */
function metricText(metric: string, { aggregation, value }: Parts): [string, string] | undefined {
  switch (metric) {
    case "http_req_duration": {
      const statistic = trendStatistic(aggregation);
      return statistic === undefined ? undefined : [`${statistic}(service)`, `${value}ms`];
    }
    case "http_req_failed":
      return aggregation === "rate" ? ["errorRate", percent(value)] : undefined;
    case "http_reqs":
      return aggregation === "rate" ? ["rps", String(value)] : undefined;
    case "checks":
      return aggregation === "rate" ? ["checks", percent(value)] : undefined;
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

/** Puts a metric where its tags say; undefined when one of them has no counterpart. */
function placed(metric: string, tags: readonly [string, string][], steps: ReadonlySet<string>) {
  let place = "";
  for (const [tag, value] of tags) {
    // A URL tag or name tag of a request is the name of a step.
    if (tag === "name" && steps.has(value) && place === "") place = `step(${value}).`;
    else return undefined;
  }
  return place + metric;
}

/** SLA lines of `thresholds`; `steps` are the names a `name` tag may mean. */
export function slaLines(thresholds: unknown, steps: ReadonlySet<string>, left: Note[]): string[] {
  if (!isObject(thresholds)) return [];
  return Object.entries(thresholds).flatMap(([key, list]) => {
    const { metric, tags } = splitTags(key);
    return (Array.isArray(list) ? listOf(list) : [list]).flatMap((raw, i) => {
      const where = `thresholds["${key}"][${i}]`;
      const threshold = readThreshold(raw);
      const parts = threshold === undefined ? undefined : parseParts(threshold.text);
      if (threshold === undefined || parts === undefined) {
        left.push({ where, message: "not a threshold that can be read" });
        return [];
      }
      const text = metricText(metric, parts);
      const full = text === undefined ? undefined : placed(text[0], tags, steps);
      if (text === undefined || full === undefined) {
        const shown = `${key} ${threshold.text}`;
        left.push({ where, message: `"${shown}" has no SLA line of the same meaning` });
        return [];
      }
      const operator = /^={2,3}$/.test(parts.operator) ? "==" : parts.operator;
      const after = threshold.afterSeconds > 0 ? ` after ${threshold.afterSeconds}s` : "";
      return [`${full} ${operator} ${text[1]}${after}${threshold.abort ? " abort" : ""}`];
    });
  });
}
