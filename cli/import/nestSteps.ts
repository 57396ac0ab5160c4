import type { FlowOf } from "@onrush/shared/flow/flowSchema.ts";
import { MAX_FLOW_DEPTH, MAX_PARALLEL } from "@onrush/shared/scenario/limits.ts";
import type { StepInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { importedName } from "./importedName.ts";
import type { ImportedElement } from "./imported.ts";
import type { SourceRequest } from "./sourceRequest.ts";

export interface MadeStep {
  step: StepInput;
  request: SourceRequest;
}

/** `parallel` is one level more. */
const MAX_GROUPS = MAX_FLOW_DEPTH - 2;

/** The name, or with a number when it is taken: the second "login" is "login 2". */
export function uniqueName(wanted: string, used: Set<string>): string {
  const base = importedName(wanted, 190) || "request";
  let name = base;
  for (let n = 2; used.has(name); n++) name = `${base} ${n}`;
  used.add(name);
  return name;
}

/** Steps sent together; the pause after the last of them is one after all. */
function together(made: readonly MadeStep[]): ImportedElement[] {
  if (made.length < 2) return made.map(({ step }) => step);
  const pause = made.at(-1)?.step.thinkTimeSeconds;
  const parallel = made.slice(0, MAX_PARALLEL).map(({ step }) => {
    const { thinkTimeSeconds: _, ...rest } = step;
    return rest;
  });
  const rest = made.slice(MAX_PARALLEL);
  const own = pause === undefined || rest.length > 0 ? {} : { thinkTimeSeconds: pause };
  return [{ parallel, ...own }, ...together(rest)];
}

/** Steps in the groups and batches of their requests, where these stand one after the other. */
export function nestSteps(
  made: readonly MadeStep[],
  used = new Set<string>(),
  depth = 0,
): ImportedElement[] {
  const groupOf = (one: MadeStep) => (depth < MAX_GROUPS ? one.request.groups?.[depth] : undefined);
  const elements: ImportedElement[] = [];
  for (let at = 0; at < made.length;) {
    const first = made[at] as MadeStep;
    const group = groupOf(first);
    const { batch } = first.request;
    const isApart = (one: MadeStep) =>
      groupOf(one) !== group || (group === undefined && one.request.batch !== batch);
    const isAlone = group === undefined && batch === undefined;
    const next = isAlone ? at + 1 : made.findIndex((one, i) => i > at && isApart(one));
    const end = next < 0 ? made.length : next;
    const inside = made.slice(at, end);
    if (group === undefined) elements.push(...together(inside));
    else {
      const name = uniqueName(group.name, used);
      elements.push({ group: name, steps: nestSteps(inside, used, depth + 1) });
    }
    at = end;
  }
  return elements;
}

/** Every step, however deep, changed by `change`. */
export function changeSteps(
  elements: readonly ImportedElement[],
  change: (step: StepInput) => StepInput,
): ImportedElement[] {
  return elements.map((element): FlowOf<StepInput> => {
    if ("parallel" in element) return { ...element, parallel: element.parallel.map(change) };
    if ("choose" in element) {
      const choose = element.choose.map((one) => ({
        ...one,
        steps: changeSteps(one.steps, change),
      }));
      return { ...element, choose };
    }
    if ("steps" in element) return { ...element, steps: changeSteps(element.steps, change) };
    return change(element);
  });
}

/** Every step, however deep, in order. */
export function plainSteps(elements: readonly ImportedElement[] = []): StepInput[] {
  const steps: StepInput[] = [];
  changeSteps(elements, (step) => {
    steps.push(step);
    return step;
  });
  return steps;
}
