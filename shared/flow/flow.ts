import type { FlowElement, Step } from "../scenario/scenarioSchema.ts";

/**
 * What an iteration's flow is made of. Results count by the index of a step, which is its place
 * among all steps of the flow in the order of the document.
 */

export interface FlowGroup {
  name: string;
  tags: Step["tags"];
}

/** Every step with the tags of what stands around it. */
export function stepsOf(flow: readonly FlowElement[], around?: Step["tags"]): Step[] {
  return flow.flatMap((element) => {
    const tags = { ...around, ...element.tags };
    if ("parallel" in element) return stepsOf(element.parallel, tags);
    if ("choose" in element) return element.choose.flatMap(({ steps }) => stepsOf(steps, tags));
    if ("steps" in element) return stepsOf(element.steps, tags);
    return [Object.keys(tags).length === 0 ? element : { ...element, tags }];
  });
}

/** Every named group, in the order of the document. */
export function groupsOf(flow: readonly FlowElement[], around?: Step["tags"]): FlowGroup[] {
  return flow.flatMap((element) => {
    const tags = { ...around, ...element.tags };
    if ("choose" in element) return element.choose.flatMap(({ steps }) => groupsOf(steps, tags));
    if (!("steps" in element)) return [];
    const inner = groupsOf(element.steps, tags);
    return element.group === undefined ? inner : [{ name: element.group, tags }, ...inner];
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** How many requests an iteration makes, on average over the branches. */
export function expectedRequests(flow: readonly FlowElement[]): number {
  return sum(
    flow.map((element) => {
      if ("parallel" in element) return element.parallel.length;
      if ("choose" in element) {
        const weights = sum(element.choose.map(({ weight = 1 }) => weight));
        return sum(
          element.choose.map(
            ({ weight = 1, steps }) => (weight / weights) * expectedRequests(steps),
          ),
        );
      }
      if ("steps" in element) return (element.repeat ?? 1) * expectedRequests(element.steps);
      return 1;
    }),
  );
}

/** How many requests an iteration makes at most. */
export function mostRequests(flow: readonly FlowElement[]): number {
  return sum(
    flow.map((element) => {
      if ("parallel" in element) return element.parallel.length;
      if ("choose" in element) {
        return Math.max(...element.choose.map(({ steps }) => mostRequests(steps)));
      }
      if ("steps" in element) return (element.repeat ?? 1) * mostRequests(element.steps);
      return 1;
    }),
  );
}

/** True where an iteration is one step after the other and nothing else. */
export function isPlain(flow: readonly FlowElement[]): boolean {
  return flow.every(
    (element) =>
      "protocol" in element &&
      element.thinkTimeSeconds === undefined &&
      element.onError === undefined,
  );
}

/**
 * How many requests each iteration makes, or null where that hangs on what it draws.
 */
export function exactRequests(flow: readonly FlowElement[]): number | null {
  let total = 0;
  for (const element of flow) {
    const count = exactOf(element);
    if (count === null) return null;
    total += count;
  }
  return total;
}

function exactOf(element: FlowElement): number | null {
  if ("parallel" in element) return element.parallel.length;
  if ("choose" in element) {
    const counts = new Set(element.choose.map(({ steps }) => exactRequests(steps)));
    const [only] = counts;
    return counts.size === 1 && only !== undefined ? only : null;
  }
  if (!("steps" in element)) return 1;
  const inner = exactRequests(element.steps);
  return inner === null ? null : inner * (element.repeat ?? 1);
}

/**
 * The steps that an iteration surely sends first, as far as the document tells: of branches, those
 * of the one that sends the fewest, so that no more is counted than can have been sent.
 */
export function firstSteps(flow: readonly FlowElement[]): number[] {
  let before = 0;
  for (const element of flow) {
    if ("parallel" in element) return element.parallel.map((_, i) => before + i);
    if ("choose" in element) {
      let inside = before;
      const branches = element.choose.map(({ steps }) => {
        const first = firstSteps(steps).map((i) => inside + i);
        inside += stepsOf(steps).length;
        return first;
      });
      const fewest = branches.reduce((a, b) => (b.length < a.length ? b : a));
      if (branches.some((first) => first.length > 0)) return fewest;
    } else if ("steps" in element) return firstSteps(element.steps).map((i) => before + i);
    else return [before];
    before += stepsOf([element]).length;
  }
  return [];
}

/** Every request of a flow with those that are sent together with it. */
export function sentTogether(flow: readonly FlowElement[]): Step[][] {
  return flow.flatMap((element) => {
    if ("parallel" in element) return [element.parallel];
    if ("choose" in element) return element.choose.flatMap(({ steps }) => sentTogether(steps));
    return "steps" in element ? sentTogether(element.steps) : [[element]];
  });
}
