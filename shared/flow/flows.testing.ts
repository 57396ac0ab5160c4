import * as fc from "fast-check";
import type { FlowElement, Step } from "../scenario/scenarioSchema.ts";
import { drawBranch } from "./compileFlow.ts";

const step: fc.Arbitrary<Step> = fc
  .record({
    thinkTimeSeconds: fc.option(fc.constantFrom(0, 0.01, 0.2), { nil: undefined }),
    onError: fc.option(fc.constantFrom("continue" as const, "abortIteration" as const), {
      nil: undefined,
    }),
  })
  .map((fields) => ({
    ...{ name: "", protocol: "http", method: "GET", url: "http://h/", headers: {} },
    ...fields,
  }));

const { flow } = fc.letrec<{ element: FlowElement; flow: FlowElement[] }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: step },
    {
      weight: 1,
      arbitrary: fc.record({ parallel: fc.array(step, { minLength: 1, maxLength: 3 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        group: fc.option(fc.constant("g"), { nil: undefined }),
        repeat: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        steps: tie("flow"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        choose: fc.array(
          fc.record({ weight: fc.integer({ min: 1, max: 5 }), steps: tie("flow") }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    },
  ),
  flow: fc.array(tie("element"), { minLength: 1, maxLength: 3 }),
}));

/** Flows in which every iteration has something to send. */
export const flows: fc.Arbitrary<FlowElement[]> = flow;

/**
 * What an iteration sends, by indices of steps: read off the document, without instructions. What
 * is sent together is one list.
 */
export function sendsOf(document: readonly FlowElement[], seed: number, arrival: number) {
  const sends: number[][] = [];
  const places = new Map<object, { first: number; place: number }>();
  const count = { steps: 0, choices: 0 };
  const number = (elements: readonly FlowElement[]) => {
    for (const element of elements) {
      places.set(element, { first: count.steps, place: count.choices });
      if ("parallel" in element) count.steps += element.parallel.length;
      else if ("choose" in element) {
        count.choices++;
        for (const branch of element.choose) number(branch.steps);
      } else if ("steps" in element) number(element.steps);
      else count.steps++;
    }
  };
  let turn = 0;
  const walk = (elements: readonly FlowElement[]) => {
    for (const element of elements) {
      const { first = 0, place = 0 } = places.get(element) ?? {};
      if ("parallel" in element) sends.push(element.parallel.map((_, i) => first + i));
      else if ("choose" in element) {
        const whole = element.choose.reduce((sum, { weight = 1 }) => sum + weight, 0);
        let sum = 0;
        const upTo = element.choose.map(({ weight = 1 }) => (sum += weight) / whole);
        const branch = drawBranch({ op: "choose", place, upTo, to: [] }, seed, arrival, turn);
        walk(element.choose[branch]?.steps ?? []);
      } else if ("steps" in element) {
        for (let i = 0; i < (element.repeat ?? 1); i++) {
          if (i > 0) turn++;
          walk(element.steps);
        }
      } else sends.push([first]);
    }
  };
  number(document);
  walk(document);
  return sends;
}
