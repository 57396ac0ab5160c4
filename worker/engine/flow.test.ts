import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileFlow, type FlowDefaults } from "@onrush/shared/flow/compileFlow.ts";
import { groupsOf, stepsOf } from "@onrush/shared/flow/flow.ts";
import { flows, sendsOf } from "@onrush/shared/flow/flows.testing.ts";
import { WorkloadAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import type { FlowElement, Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import { flat } from "@onrush/shared/schedule/curves.testing.ts";
import { DrivenShare, type FakeAnswer } from "./fakeProgram.testing.ts";

const step = (name: string, more: Partial<Step> = {}): Step => ({
  ...{ name, protocol: "http", method: "GET", url: "http://h/", headers: {} },
  ...more,
});

interface FlowRun {
  answer?: (arrival: number, operation: number) => FakeAnswer;
  defaults?: Partial<FlowDefaults>;
  rate?: number;
  seconds?: number;
  parts?: number;
  gracefulStopUs?: number;
}

function run(flow: readonly FlowElement[], options: FlowRun = {}): DrivenShare {
  const { answer, rate = 5, seconds = 2, parts = 1, gracefulStopUs = 30e6 } = options;
  const share = new DrivenShare({
    ...{ curve: flat(rate, seconds), steps: stepsOf(flow).length, parts },
    flow: compileFlow(flow, { thinkTime: null, onError: "continue", ...options.defaults }),
    ...(answer === undefined ? {} : { answer }),
    options: { gracefulStopUs, seed: 3 },
  });
  share.runOut();
  return share;
}

function merged(share: DrivenShare): WorkloadAccumulator {
  const all = new WorkloadAccumulator();
  for (const { due, wall } of share.reports) {
    for (const delta of due) all.addDue(delta);
    for (const delta of wall) all.addWall(delta);
  }
  return all;
}

const totalsOf = (share: DrivenShare) => share.reports.at(-1)?.totals ?? expect.fail("no end");

/** What an arrival sent, by index of step, in order. */
const sentBy = (share: DrivenShare, arrival: number) =>
  share.program.sent.filter(([n]) => n === arrival).map(([, operation]) => operation);

/** Answers of all kinds: late, refused, without what was to be extracted. */
const mixed = (arrival: number, operation: number): FakeAnswer => {
  const kind = (arrival * 7 + operation * 3) % 5;
  const tookUs = 1_000 * (1 + ((arrival + operation) % 40));
  if (kind === 0) return { tookUs, status: 500 };
  if (kind === 1) return { tookUs, error: "reset", hasExtracted: false };
  return { tookUs };
};

describe("a flow", () => {
  test("sends what the document says, in its order", () => {
    fc.assert(
      fc.property(flows, (flow) => {
        const share = run(flow, { defaults: { onError: "continue" } });
        for (let arrival = 0; arrival < 10; arrival++) {
          const expected = sendsOf(flow, 3, arrival).flat();
          expect(sentBy(share, arrival)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("sends the same for an arrival, whoever it belongs to", () => {
    fc.assert(
      fc.property(flows, (flow) => {
        const whole = run(flow, { rate: 6 });
        // The last of two parts has every second arrival.
        const half = run(flow, { rate: 6, parts: 2 });
        const arrivals = new Set(half.program.sent.map(([arrival]) => arrival));
        expect(arrivals.size).toBe(6);
        for (const arrival of arrivals) {
          expect(sentBy(half, arrival)).toEqual(sentBy(whole, arrival));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("loses nothing: what begins ends once, as counters and recorder agree", () => {
    fc.assert(
      fc.property(flows, fc.constantFrom(0, 30_000, 30e6), (flow, gracefulStopUs) => {
        const share = run(flow, {
          answer: mixed,
          gracefulStopUs,
          defaults: { onError: undefined },
        });
        const { started, iterations, requests } = totalsOf(share);
        const { sent, ...ends } = requests;
        const sum = (counts: object) => Object.values(counts).reduce((a: number, b) => a + b, 0);
        expect(sum(iterations)).toBe(started);
        expect(sum(ends)).toBe(sent);
        expect(share.program.sent).toHaveLength(sent);
        expect(share.runner.inFlight).toBe(0);
        const all = merged(share);
        expect(all.started).toBe(started);
        expect(all.iterations).toEqual(iterations);
        for (const { sent: ofStep, ok, failed, neutral, interrupted } of all.steps.values()) {
          expect(ok + failed + neutral + interrupted).toBe(ofStep);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("steps that are sent together", () => {
  const flow = [step("a"), { parallel: [step("b"), step("c")] }, step("d")];
  const tookMs = [10, 20, 50, 10];
  const answer = (_: number, operation: number) => ({ tookUs: (tookMs[operation] ?? 0) * 1000 });

  test("are each due when the one before has ended, and the slowest lets the next one go", () => {
    const share = run(flow, { answer, rate: 1, seconds: 1 });
    expect(share.program.sent.map(([, operation]) => operation)).toEqual([0, 1, 2, 3]);
    const all = merged(share);
    const responses = [0, 1, 2, 3].map((i) => all.step(i).response.maxUs / 1000);
    // The first waits for the loop to come round.
    const [first = 0, ...others] = responses;
    expect(others).toEqual(tookMs.slice(1));
    expect(all.iterationDuration.maxUs / 1000).toBe(first + 60);
    expect(totalsOf(share).requests).toMatchObject({ sent: 4, ok: 4 });
  });

  test("are each given up at their own time", () => {
    const slow = (_: number, operation: number) => ({ tookUs: operation === 1 ? 60e6 : 1_000 });
    const share = run(flow, { answer: slow, rate: 1, seconds: 1, gracefulStopUs: 300e6 });
    const all = merged(share);
    expect([0, 1, 2, 3].map((i) => all.step(i).failed)).toEqual([0, 1, 0, 0]);
    expect(all.step(1).errors).toEqual({ timeout: 1 });
    expect(totalsOf(share).iterations).toMatchObject({ failed: 1 });
  });
});

describe("a group", () => {
  const group = (more: object, ...steps: FlowElement[]): FlowElement => ({
    group: "g",
    ...more,
    steps,
  });
  const groupsIn = (share: DrivenShare) =>
    [...merged(share).groups].map(([index, { ok, failed, duration }]) => ({
      ...{ index, ok, failed },
      ms: [duration.minUs / 1000, duration.maxUs / 1000],
    }));

  test("lasts from when its first step was due to its last answer, with the pauses between", () => {
    const flow = [
      step("before", { thinkTimeSeconds: 0.3 }),
      group({}, step("a", { thinkTimeSeconds: 0.1 }), step("b", { thinkTimeSeconds: 0.5 })),
      step("after"),
    ];
    const share = run(flow, { rate: 1, seconds: 1 });
    expect(groupsIn(share)).toEqual([{ index: 0, ok: 1, failed: 0, ms: [140, 140] }]);
  });

  test("has failed when a step in it has, and counts each time it is repeated", () => {
    const flow = [step("before"), group({ repeat: 3 }, step("a")), step("b")];
    const answer = (arrival: number, operation: number) => ({
      tookUs: 20_000,
      status: operation === 1 && arrival === 1 ? 500 : 200,
    });
    const share = run(flow, { answer, rate: 4, seconds: 1 });
    expect(groupsIn(share)).toEqual([{ index: 0, ok: 9, failed: 3, ms: [20, 20] }]);
  });

  test("ends as failed with an iteration that an error ends", () => {
    const flow = [step("before"), group({}, step("a", { onError: "abortIteration" }), step("b"))];
    const share = run(flow, { answer: () => ({ tookUs: 5_000, status: 500 }), rate: 2 });
    expect(groupsIn(share)).toEqual([{ index: 0, ok: 0, failed: 4, ms: [5, 5] }]);
    expect(totalsOf(share).requests).toMatchObject({ sent: 8, failed: 8 });
  });

  test("is not counted where nothing of it was sent", () => {
    const flow: FlowElement[] = [
      step("a"),
      group({}, { choose: [{ steps: [step("b")] }, { steps: [] }] }),
    ];
    const share = run(flow, { rate: 50 });
    const counted = groupsIn(share).reduce((sum, { ok }) => sum + ok, 0);
    expect(counted).toBe(merged(share).step(1).ok);
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(100);
  });

  test("has a place for every name", () => {
    expect(groupsOf([group({}, group({}, step("a")), step("b"))])).toHaveLength(2);
  });
});

describe("after an error", () => {
  const flow = [step("a"), step("b")];
  const refused = { tookUs: 1_000, status: 500 };
  const withoutValue = { tookUs: 1_000, error: "extract", hasExtracted: false };
  const sentWith = (onError: FlowDefaults["onError"], answer: FakeAnswer, first = flow[0]) =>
    totalsOf(
      run([first ?? step("a"), ...flow.slice(1)], {
        ...{ rate: 1, seconds: 1, defaults: { onError } },
        answer: (_, operation) => (operation === 0 ? answer : { tookUs: 1_000 }),
      }),
    ).requests.sent;

  test.each([
    ["goes on unless something is said", undefined, refused, 2],
    ["ends without its variable unless something is said", undefined, withoutValue, 1],
    ["goes on when told to, also without its variable", "continue", withoutValue, 2],
    ["ends when told to", "abortIteration", refused, 1],
  ] as const)("an iteration %s", (_, onError, answer, sent) => {
    expect(sentWith(onError, answer)).toBe(sent);
    // A step has the last word.
    expect(sentWith("abortIteration", answer, step("a", { onError }))).toBe(
      onError === undefined ? 1 : sent,
    );
  });
});
