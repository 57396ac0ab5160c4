import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FlowElement, Step } from "../scenario/scenarioSchema.ts";
import { compileFlow, drawBranch } from "./compileFlow.ts";
import {
  exactRequests,
  expectedRequests,
  firstSteps,
  groupsOf,
  mostRequests,
  stepsOf,
} from "./flow.ts";
import { flows, sendsOf } from "./flows.testing.ts";

const step = (name: string, more: Partial<Step> = {}): Step => ({
  ...{ name, protocol: "http", method: "GET", url: "http://h/", headers: {} },
  ...more,
});
const plain = { thinkTime: null };

describe("the steps of a flow", () => {
  test("come in the order of the document, with the tags of what stands around them", () => {
    const flow: FlowElement[] = [
      step("a"),
      {
        group: "g",
        tags: { team: "cart", tier: "1" },
        steps: [
          { choose: [{ steps: [step("b", { tags: { tier: "2" } })] }, { steps: [step("c")] }] },
          { parallel: [step("d"), step("e")], tags: { page: "p" } },
        ],
      },
    ];
    expect(stepsOf(flow).map(({ name, tags }) => [name, tags])).toEqual([
      ["a", undefined],
      ["b", { team: "cart", tier: "2" }],
      ["c", { team: "cart", tier: "1" }],
      ["d", { team: "cart", tier: "1", page: "p" }],
      ["e", { team: "cart", tier: "1", page: "p" }],
    ]);
    expect(groupsOf(flow)).toEqual([{ name: "g", tags: { team: "cart", tier: "1" } }]);
  });

  test("have an instruction each, and a pause and an ending", () => {
    fc.assert(
      fc.property(flows, (flow) => {
        const code = compileFlow(flow, { ...plain, onError: "continue" });
        const sent = code?.instructions.flatMap((one) => {
          if (one.op === "fork") return one.steps;
          return one.op === "request" ? [one.step] : [];
        });
        const count = stepsOf(flow).length;
        expect(sent).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(code?.thinkTimes).toHaveLength(count);
        expect(code?.endings).toHaveLength(count);
      }),
    );
  });

  test("are no flow when they just follow each other", () => {
    expect(compileFlow([step("a"), step("b")], plain)).toBeNull();
    expect(compileFlow([step("a", { onError: "continue" })], plain)).not.toBeNull();
    expect(compileFlow([step("a", { thinkTimeSeconds: 1 })], plain)).not.toBeNull();
  });
});

describe("requests of an iteration", () => {
  test("are as many as the flow tells where it tells a number", () => {
    fc.assert(
      fc.property(flows, fc.nat(), fc.nat({ max: 1e6 }), (flow, seed, arrival) => {
        const exact = exactRequests(flow);
        fc.pre(exact !== null);
        expect(sendsOf(flow, seed, arrival).flat()).toHaveLength(exact);
        expect(expectedRequests(flow)).toBeCloseTo(exact);
      }),
    );
  });

  test("are never more than the most, which some iteration makes", () => {
    const flow: FlowElement[] = [
      { choose: [{ steps: [step("a")] }, { steps: [step("b"), step("c")] }] },
      { repeat: 2, steps: [{ choose: [{ steps: [step("d")] }, { steps: [] }] }] },
    ];
    const counts = Array.from({ length: 100 }, (_, n) => sendsOf(flow, 1, n).flat().length);
    expect(Math.max(...counts)).toBe(mostRequests(flow));
    fc.assert(
      fc.property(flows, fc.nat(), (flow, arrival) => {
        const sent = sendsOf(flow, 1, arrival).flat().length;
        expect(sent).toBeLessThanOrEqual(mostRequests(flow));
      }),
    );
  });

  test("are on average as many as expected", () => {
    const flow: FlowElement[] = [
      { choose: [{ weight: 3, steps: [step("a")] }, { steps: [step("b"), step("c")] }] },
      { repeat: 4, steps: [{ choose: [{ steps: [step("d")] }, { steps: [] }] }] },
    ];
    expect(expectedRequests(flow)).toBe(1.25 + 2);
    expect(exactRequests(flow)).toBeNull();
    const total = Array.from({ length: 10_000 }, (_, n) => sendsOf(flow, 1, n).flat().length);
    expect(total.reduce((sum, count) => sum + count, 0) / 10_000).toBeCloseTo(3.25, 1);
  });

  test("begin where the document says", () => {
    fc.assert(
      fc.property(flows, (flow) => {
        const [first] = sendsOf(flow, 0, 0);
        fc.pre(!JSON.stringify(flow).includes("choose"));
        expect(firstSteps(flow)).toEqual(first);
      }),
    );
  });

  test("are never fewer than those it surely begins with", () => {
    fc.assert(
      fc.property(flows, fc.nat(), fc.nat({ max: 1e6 }), (flow, seed, arrival) => {
        const [first = []] = sendsOf(flow, seed, arrival);
        expect(first.length).toBeGreaterThanOrEqual(firstSteps(flow).length);
      }),
    );
  });
});

describe("a branch", () => {
  const choice = { op: "choose", place: 0, upTo: [0.5, 0.8, 1], to: [] } as const;
  const drawn = (turn: number, seed = 7) =>
    Array.from({ length: 20_000 }, (_, n) => drawBranch(choice, seed, n, turn));

  test("is drawn as often as its weight says", () => {
    const counts = [0, 1, 2].map((i) => drawn(0).filter((branch) => branch === i).length);
    for (const [i, part] of [0.5, 0.3, 0.2].entries()) {
      expect((counts[i] ?? 0) / 20_000).toBeCloseTo(part, 1);
    }
  });

  test("is the same for the same seed, arrival and turn, and another for others", () => {
    expect(drawn(0)).toEqual(drawn(0));
    expect(drawn(1)).not.toEqual(drawn(0));
    expect(drawn(0, 8)).not.toEqual(drawn(0));
  });
});
