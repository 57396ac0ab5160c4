import { requestFieldProblems } from "./bodyChecks.ts";
import { flowProblems, rawSteps } from "../flow/rawFlow.ts";
import { MAX_BURSTS, MAX_STEPS, MAX_WORKERS } from "./limits.ts";
import { httpProblems } from "./httpChecks.ts";
import { definesLength, isClosed, type LoadProfile } from "./loadProfile.ts";
import type { Problem } from "./problems.ts";

/**
 * Checks between fields. They read the raw document, so that these problems are reported together
 * with those of single fields; whatever has the wrong type is left to the schema.
 */

type Raw = Record<string, unknown>;

const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

/** Times have three decimals, their sums in floating point more: 0.1 + 0.2 is to be 0.3. */
const exact = (seconds: number) => Math.round(seconds * 1000) / 1000;

interface Timed {
  path: string;
  start: number;
  end: number;
  every?: number;
}

function burstTimes(profile: Raw, path: string): Timed[] {
  if (!Array.isArray(profile["bursts"])) return [];
  return profile["bursts"].flatMap((burst: unknown, i) => {
    if (!isObject(burst)) return [];
    const { startSecond: start, durationSeconds: length, repeatEverySeconds: every } = burst;
    if (!isNumber(start) || !isNumber(length)) return [];
    const timed: Timed = { path: `${path}.bursts[${i}]`, start, end: exact(start + length) };
    return [isNumber(every) && every > 0 ? { ...timed, every } : timed];
  });
}

function repetitionCount(burst: Timed, duration: number): number {
  if (burst.every === undefined) return 1;
  return Math.max(1, Math.ceil((duration - burst.start) / burst.every));
}

/** One burst and its repetitions within the duration, as plain intervals. */
function repetitions(burst: Timed, duration: number): Timed[] {
  const every = burst.every ?? 0;
  return Array.from({ length: repetitionCount(burst, duration) }, (_, i) => ({
    path: burst.path,
    start: exact(burst.start + i * every),
    end: exact(burst.end + i * every),
  }));
}

function burstProblems(profile: Raw, duration: number, path: string, workloads: number): Problem[] {
  const bursts = burstTimes(profile, path);
  const most = Math.floor(MAX_BURSTS / workloads);
  const count = bursts.reduce((sum, burst) => sum + repetitionCount(burst, duration), 0);
  if (count > most) {
    const message = `${count} bursts with their repetitions; at most ${most} are possible`;
    return [{ path: `${path}.bursts`, message }];
  }
  const out = bursts.flatMap((burst) => outside(burst, duration, "the burst"));
  return [...out, ...overlaps(bursts, duration)];
}

function overlaps(bursts: Timed[], duration: number): Problem[] {
  const problems = new Map<string, Problem>();
  const all = bursts.flatMap((burst) => repetitions(burst, duration));
  all.sort((a, b) => a.start - b.start || a.end - b.end);
  let latest: Timed | undefined;
  for (const burst of all) {
    if (latest !== undefined && burst.start < latest.end) {
      const other = burst.path === latest.path ? "its own repetition" : latest.path;
      problems.set(burst.path, {
        path: burst.path,
        message: `overlaps ${other} (at ${burst.start} s); one rate at a time can apply`,
      });
    }
    if (latest === undefined || burst.end > latest.end) latest = burst;
  }
  return [...problems.values()];
}

function outside(timed: Timed, duration: number, what: string): Problem[] {
  if (timed.end <= duration) return [];
  const range = `${timed.start} s to ${timed.end} s`;
  return [
    { path: timed.path, message: `${what} (${range}) lies outside the ${duration} s of load` },
  ];
}

function profileFits(profile: Raw, duration: number, path: string, workloads: number): Problem[] {
  switch (profile["type"] as LoadProfile["type"]) {
    case "RAMP": {
      const ramp = profile["rampUpSeconds"];
      if (!isNumber(ramp) || ramp <= duration) return [];
      const message = `a ramp of ${ramp} s does not fit into ${duration} s`;
      return [{ path: `${path}.rampUpSeconds`, message }];
    }
    case "BURST":
      return burstProblems(profile, duration, path, workloads);
    case "SPIKE": {
      const { spikeStartSecond: start, spikeDurationSeconds: length } = profile;
      if (!isNumber(start) || !isNumber(length)) return [];
      const spike = { path: `${path}.spikeDurationSeconds`, start, end: exact(start + length) };
      return outside(spike, duration, "the spike");
    }
    case "CONSTANT":
    case "STAGES":
    case "VUS":
    case "VU_STAGES":
    case "ITERATIONS":
    case "DEVICES":
      return [];
    default:
      return [];
  }
}

/** Fields that only one kind of profile can follow. */
function kindProblems(owner: Raw, path: string): Problem[] {
  const profile = owner["loadProfile"];
  if (!isObject(profile) || typeof profile["type"] !== "string") return [];
  const prefix = path === "" ? "" : `${path}.`;
  const { type } = profile;
  const problems: Problem[] = [];
  const refuse = (field: string, message: string) =>
    problems.push({ path: `${prefix}${field}`, message });
  if (isClosed(type)) {
    if (owner["arrival"] === "poisson") {
      refuse("arrival", `${type} has no arrivals: its users begin when they are ready`);
    }
    // What is stored has its defaults filled in, and can be sent back.
    if (owner["overload"] !== undefined && owner["overload"] !== "drop") {
      refuse("overload", `${type} cannot overload itself: its users wait for their answers`);
    }
  } else if (owner["connections"] === "perUser") {
    refuse("connections", `each arrival of ${type} is a fresh user; use "shared" or a number`);
  }
  return problems;
}

/** The duration a profile runs for, and what is wrong between the two. */
function durationProblems(owner: Raw, inherited: unknown, path: string, workloads = 1): Problem[] {
  const profile = owner["loadProfile"];
  const prefix = path === "" ? "" : `${path}.`;
  const own = owner["durationSeconds"];
  if (isObject(profile) && definesLength(profile["type"])) {
    if (own === undefined) return [];
    const message = "refused here: the load profile defines the length";
    return [{ path: `${prefix}durationSeconds`, message }];
  }
  const duration = own ?? inherited;
  if (duration === undefined && isObject(profile)) {
    return [{ path: `${prefix}durationSeconds`, message: "needed with this load profile" }];
  }
  if (!isNumber(duration) || duration === 0 || !isObject(profile)) return [];
  return profileFits(profile, duration, `${prefix}loadProfile`, workloads);
}

const SHORT_FIELDS = [
  ...["targetUrl", "method", "headers", "body", "checks"],
  ...["query", "form", "multipart", "bodyFile", "compress"],
];

function formProblems(raw: Raw): Problem[] {
  const problems: Problem[] = [];
  const refuse = (field: string, by: string) => {
    if (raw[field] !== undefined)
      problems.push({ path: field, message: `not together with ${by}` });
  };
  if (raw["workloads"] !== undefined) {
    for (const field of [...SHORT_FIELDS, "steps", "loadProfile"]) refuse(field, "workloads");
    return problems;
  }
  if (raw["loadProfile"] === undefined) {
    problems.push({ path: "loadProfile", message: "needed: how the rate changes over time" });
  }
  if (raw["steps"] !== undefined) {
    for (const field of SHORT_FIELDS) refuse(field, "steps");
  } else if (raw["targetUrl"] === undefined) {
    problems.push({ path: "targetUrl", message: "needed (or steps, or workloads)" });
  }
  return problems;
}

function stepsProblems(steps: unknown, path: string): Problem[] {
  return [
    ...rawSteps(steps, path).flatMap(({ step, path: at }) => requestFieldProblems(step, `${at}.`)),
    ...flowProblems(steps, path),
  ];
}

/** An arrival is a fresh user, who has nothing to keep a variable for. */
function scopeProblems(owner: Raw, path: string): Problem[] {
  const profile = owner["loadProfile"];
  if (!isObject(profile) || typeof profile["type"] !== "string" || isClosed(profile["type"])) {
    return [];
  }
  const { type } = profile;
  return rawSteps(owner["steps"], path === "" ? "steps" : `${path}.steps`).flatMap(
    ({ step, path: at }) =>
      Object.entries(isObject(step["extract"]) ? step["extract"] : {}).flatMap(([name, one]) => {
        if (!isObject(one) || one["scope"] !== "virtualUser") return [];
        const message = `each arrival of ${type} is a fresh user: use scope "iteration", or VUS`;
        return [{ path: `${at}.extract.${name}.scope`, message }];
      }),
  );
}

/** Results, SLA lines and warnings tell workloads by their names. */
function workloadNameProblems(workloads: readonly unknown[]): Problem[] {
  const seen = new Map<unknown, number>();
  return workloads.flatMap((workload, i) => {
    const name = isObject(workload) ? workload["name"] : undefined;
    if (typeof name !== "string") return [];
    const first = seen.get(name.trim());
    if (first === undefined) seen.set(name.trim(), i);
    return first === undefined
      ? []
      : [{ path: `workloads[${i}].name`, message: `already the name of workloads[${first}]` }];
  });
}

/** Steps that are done once per run. */
const scriptSteps = (document: Raw) =>
  ["setup", "teardown"].reduce((sum, path) => sum + rawSteps(document[path], path).length, 0);

/** What all workloads together may ask for. */
function sizeProblems(workloads: readonly unknown[], document: Raw): Problem[] {
  const problems: Problem[] = [];
  const steps = workloads.reduce<number>((sum, workload) => {
    const own = isObject(workload) ? workload["steps"] : undefined;
    return sum + rawSteps(own, "steps").length;
  }, scriptSteps(document));
  if (steps > MAX_STEPS) {
    problems.push({ path: "workloads", message: `${steps} steps in all; at most ${MAX_STEPS}` });
  }
  const { numWorkers } = document;
  const tasks = workloads.length * (isNumber(numWorkers) ? numWorkers : 1);
  if (tasks > MAX_WORKERS) {
    const message = `${workloads.length} workloads on that many workers make ${tasks} tasks`;
    problems.push({ path: "numWorkers", message: `${message}; at most ${MAX_WORKERS}` });
  }
  return problems;
}

/** Problems between the fields of a raw scenario document. */
export function crossProblems(document: unknown): Problem[] {
  if (!isObject(document)) return [];
  const problems = [...formProblems(document), ...requestFieldProblems(document, "")];
  problems.push(
    ...["steps", "setup", "teardown"].flatMap((path) => stepsProblems(document[path], path)),
    ...httpProblems(document),
  );
  const workloads = document["workloads"];
  if (!Array.isArray(workloads)) {
    const steps = rawSteps(document["steps"], "steps").length;
    const all = steps + scriptSteps(document);
    // Too many in one list are told by that list.
    if (all > MAX_STEPS && steps <= MAX_STEPS) {
      const message = `${all} steps in all, with setup and teardown; at most ${MAX_STEPS}`;
      problems.push({ path: "steps", message });
    }
    return [
      ...problems,
      ...durationProblems(document, undefined, ""),
      ...kindProblems(document, ""),
      ...scopeProblems(document, ""),
    ];
  }
  problems.push(...sizeProblems(workloads, document));
  problems.push(...workloadNameProblems(workloads));
  const total = document["durationSeconds"];
  workloads.forEach((workload: unknown, i) => {
    if (!isObject(workload)) return;
    const path = `workloads[${i}]`;
    const start = isNumber(workload["startSecond"]) ? workload["startSecond"] : 0;
    const left = isNumber(total) ? exact(total - start) : undefined;
    if (left !== undefined && left <= 0) {
      problems.push({
        path: `${path}.startSecond`,
        message: `not before the end (${String(total)} s)`,
      });
      return;
    }
    problems.push(
      ...durationProblems(workload, left, path, workloads.length),
      ...kindProblems(workload, path),
      ...scopeProblems(workload, path),
      ...stepsProblems(workload["steps"], `${path}.steps`),
    );
  });
  return problems;
}
