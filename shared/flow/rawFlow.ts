import { MAX_FLOW_DEPTH, MAX_OPERATIONS, MAX_STEPS } from "../scenario/limits.ts";
import type { Problem } from "../scenario/problems.ts";

/**
 * Flows as they stand in a raw document, so that their problems are reported together with those
 * of single fields; whatever has the wrong type is left to the schema.
 */

type Raw = Record<string, unknown>;

const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** One element of a flow, told apart by its fields. */
export type RawElement = { path: string } & (
  | { kind: "step"; step: Raw }
  | { kind: "parallel"; element: Raw; steps: RawStep[] }
  | { kind: "choice"; branches: { path: string; branch: Raw }[] }
  | { kind: "block"; block: Raw }
);
export interface RawStep {
  path: string;
  step: Raw;
}

/** The elements of `steps`, which stands at `path`. */
export function rawElements(steps: unknown, path: string): RawElement[] {
  return listOf(steps).flatMap((element: unknown, i): RawElement[] => {
    if (!isObject(element)) return [];
    const at = `${path}[${i}]`;
    const parts = (field: string) =>
      listOf(element[field]).flatMap((part: unknown, k) =>
        isObject(part) ? [{ path: `${at}.${field}[${k}]`, part }] : [],
      );
    if (element["parallel"] !== undefined) {
      const inner = parts("parallel").map((one) => ({ path: one.path, step: one.part }));
      return [{ path: at, kind: "parallel", element, steps: inner }];
    }
    if (element["choose"] !== undefined) {
      const branches = parts("choose").map((one) => ({ path: one.path, branch: one.part }));
      return [{ path: at, kind: "choice", branches }];
    }
    if (element["steps"] !== undefined) return [{ path: at, kind: "block", block: element }];
    return [{ path: at, kind: "step", step: element }];
  });
}

/** Every step of a flow with its path, in the order of the document. */
export function rawSteps(steps: unknown, path: string): RawStep[] {
  return rawElements(steps, path).flatMap((one) => {
    switch (one.kind) {
      case "step":
        return [{ path: one.path, step: one.step }];
      case "parallel":
        return one.steps;
      case "choice":
        return one.branches.flatMap(({ branch, path: at }) =>
          rawSteps(branch["steps"], `${at}.steps`),
        );
      case "block":
        return rawSteps(one.block["steps"], `${one.path}.steps`);
    }
  });
}

/** Every flow of a document: its path and its steps. */
export function rawFlows(document: unknown): { path: string; steps: unknown }[] {
  if (!isObject(document)) return [];
  return [
    ...["steps", "setup", "teardown"].map((path) => ({ path, steps: document[path] })),
    ...listOf(document["workloads"]).flatMap((workload: unknown, i) =>
      isObject(workload) ? [{ path: `workloads[${i}].steps`, steps: workload["steps"] }] : [],
    ),
  ];
}

/** Where flows are nested too deep to be looked into. */
export function depthProblems(document: unknown): Problem[] {
  return rawFlows(document).flatMap(({ path, steps }) => tooDeep(steps, path, 0));
}

function tooDeep(steps: unknown, path: string, depth: number): Problem[] {
  return rawElements(steps, path).flatMap((one) => {
    if (one.kind !== "block" && one.kind !== "choice") return [];
    if (depth >= MAX_FLOW_DEPTH) {
      const message = `nested more than ${MAX_FLOW_DEPTH} deep: take steps out of groups, repeats or branches`;
      return [{ path: one.path, message }];
    }
    if (one.kind === "block") return tooDeep(one.block["steps"], `${one.path}.steps`, depth + 1);
    return one.branches.flatMap(({ branch, path: at }) =>
      tooDeep(branch["steps"], `${at}.steps`, depth + 1),
    );
  });
}

/** How many requests an iteration makes at least and at most. */
interface Requests {
  least: number;
  most: number;
}

function requestsOf(steps: unknown): Requests {
  return rawElements(steps, "").reduce<Requests>(
    (sum, element) => {
      const { least, most } = requestsIn(element);
      return { least: sum.least + least, most: sum.most + most };
    },
    { least: 0, most: 0 },
  );
}

function requestsIn(element: RawElement): Requests {
  switch (element.kind) {
    case "step":
      return { least: 1, most: 1 };
    case "parallel":
      return { least: element.steps.length, most: element.steps.length };
    case "choice": {
      const branches = element.branches.map(({ branch }) => requestsOf(branch["steps"]));
      const least = Math.min(...branches.map((one) => one.least));
      const most = Math.max(...branches.map((one) => one.most));
      return branches.length === 0 ? { least: 0, most: 0 } : { least, most };
    }
    case "block": {
      const inner = requestsOf(element.block["steps"]);
      const { repeat } = element.block;
      const times = typeof repeat === "number" && repeat > 0 ? repeat : 1;
      // Going round without a request is work, too.
      return { least: inner.least * times, most: Math.max(1, inner.most) * times };
    }
  }
}

/** Problems of a flow as a whole and of the order of its steps. */
export function flowProblems(steps: unknown, path: string): Problem[] {
  const problems = [...nameProblems(steps, path), ...blockProblems(steps, path)];
  const count = rawSteps(steps, path).length;
  if (count > MAX_STEPS) {
    problems.push({ path, message: `${count} steps in all; at most ${MAX_STEPS}` });
  }
  const { least, most } = requestsOf(steps);
  if (most > MAX_OPERATIONS) {
    const message = `an iteration would make up to ${most} requests; at most ${MAX_OPERATIONS}: repeat less`;
    problems.push({ path, message });
  }
  if (count > 0 && least === 0) {
    const message = "an iteration could be without a request: put one step outside of choose";
    problems.push({ path, message });
  }
  return problems;
}

/** Results go by names, so steps have one each, and groups do. */
function nameProblems(steps: unknown, path: string): Problem[] {
  const seen = new Map<unknown, string>();
  const own = path.replace(/steps$/, "");
  const stepNames = rawSteps(steps, path).flatMap(({ step, path: at }) => {
    const first = seen.get(step["name"]);
    if (first === undefined) seen.set(step["name"], at.slice(own.length));
    return first === undefined
      ? []
      : [{ path: `${at}.name`, message: `already the name of ${first}` }];
  });
  const groups = new Map<unknown, string>();
  const groupNames = rawBlocks(steps, path).flatMap(({ block, path: at }) => {
    if (block["group"] === undefined) return [];
    const first = groups.get(block["group"]);
    if (first === undefined) groups.set(block["group"], at.slice(own.length));
    return first === undefined
      ? []
      : [{ path: `${at}.group`, message: `already the name of ${first}` }];
  });
  return [...stepNames, ...groupNames];
}

function rawBlocks(steps: unknown, path: string): { path: string; block: Raw }[] {
  return rawElements(steps, path).flatMap((one) => {
    if (one.kind === "choice") {
      return one.branches.flatMap(({ branch, path: at }) =>
        rawBlocks(branch["steps"], `${at}.steps`),
      );
    }
    if (one.kind !== "block") return [];
    const { block, path: at } = one;
    return [{ path: at, block }, ...rawBlocks(block["steps"], `${at}.steps`)];
  });
}

function blockProblems(steps: unknown, path: string): Problem[] {
  const blocks = rawBlocks(steps, path).flatMap(({ block, path: at }) => {
    // A step that was meant is told by its own unknown field.
    if (block["group"] !== undefined || block["repeat"] !== undefined) return [];
    if (block["protocol"] !== undefined || block["url"] !== undefined) return [];
    return [{ path: at, message: 'steps in steps need a "group" or a "repeat"' }];
  });
  return [...blocks, ...thinkProblems(steps, path)];
}

function thinkProblems(steps: unknown, path: string): Problem[] {
  return rawElements(steps, path).flatMap((one) => {
    switch (one.kind) {
      case "step":
        return [];
      case "block":
        return thinkProblems(one.block["steps"], `${one.path}.steps`);
      case "choice":
        return one.branches.flatMap(({ branch, path: at }) =>
          thinkProblems(branch["steps"], `${at}.steps`),
        );
      case "parallel":
        return one.steps.flatMap(({ step, path: at }) => {
          if (step["thinkTimeSeconds"] === undefined) return [];
          const message = "the pause comes after all of parallel: give it to that";
          return [{ path: `${at}.thinkTimeSeconds`, message }];
        });
    }
  });
}
