import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dueDelta, wallDelta } from "@onrush/shared/metrics/deltas.testing.ts";
import { WorkloadAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import { interruptedStarts, ShareTally } from "./shareTally.ts";

const delta = (started: number, ok: number, sent: number) => ({
  due: [
    {
      ...{ second: 0, started, dropped: { late: 2 }, ok, failed: 0, neutral: 0, interrupted: 0 },
      iterationDuration: new Uint8Array(0),
      steps: [
        {
          ...{ step: 0, ok, failed: 0, neutral: 0, interrupted: 0, statusCodes: {}, errors: {} },
          ...{ outcomes: {}, phases: {}, checks: {} },
          ...{ response: new Uint8Array(0), service: new Uint8Array(0) },
        },
      ],
    },
  ],
  wall: [
    {
      ...{ second: 0, inFlight: 1, users: 0, connections: 1, lateness: new Uint8Array(0) },
      steps: [{ step: 0, sent, completed: ok, bytesSent: 0, bytesReceived: 0, redirects: 0 }],
    },
  ],
});

test("what was sent and has not ended is interrupted, once", () => {
  const tally = new ShareTally();
  tally.add(delta(10, 7, 10));
  tally.add(delta(10, 8, 11));
  expect(tally.accounted).toBe(24);
  const first = tally.interruptAll(3);
  expect(first).toMatchObject({ second: 3, started: 0, interrupted: 5 });
  expect(first.steps.map(({ step, interrupted }) => [step, interrupted])).toEqual([[0, 6]]);
  expect(tally.interruptAll(3)).toMatchObject({ interrupted: 0, steps: [] });
});

test("with it a share's iterations and requests balance, whatever it had reported", () => {
  fc.assert(
    fc.property(fc.array(dueDelta), fc.array(wallDelta), (due, wall) => {
      const tally = new ShareTally();
      tally.add({ due, wall });
      const all = new WorkloadAccumulator();
      for (const one of [...due, tally.interruptAll(0)]) all.addDue(one);
      for (const one of wall) all.addWall(one);
      const { ok, failed, neutral, interrupted } = all.iterations;
      // More results than starts cannot be reported; then there is nothing to interrupt.
      expect(ok + failed + neutral + interrupted).toBeGreaterThanOrEqual(all.started);
      for (const step of all.steps.values()) {
        const results = step.ok + step.failed + step.neutral + step.interrupted;
        expect(results).toBeGreaterThanOrEqual(step.sent);
      }
    }),
  );
});

test("starts and drops are told apart; where only their sum was stored, as starts", () => {
  const tally = new ShareTally();
  tally.add(delta(10, 7, 10));
  expect(tally.starts).toEqual({ started: 10, dropped: 2 });
  expect(ShareTally.of(tally.stored).starts).toEqual(tally.starts);
  const { accounted, openIterations, openRequests } = tally.stored;
  const older = ShareTally.of({ accounted, openIterations, openRequests });
  expect(older.starts).toEqual({ started: 12, dropped: 0 });
});

test("a known start is an iteration and a request of the first step, both interrupted", () => {
  const all = new WorkloadAccumulator();
  const { due, wall } = interruptedStarts({ second: 4, started: 3 });
  all.addDue(due);
  all.addWall(wall);
  expect(all).toMatchObject({ started: 3, iterations: { ok: 0, interrupted: 3 } });
  expect(all.step(0)).toMatchObject({ sent: 3, interrupted: 3 });
});
