import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueDelta, wallDelta } from "../metrics/deltas.testing.ts";
import { encodeFrame } from "./frame.ts";
import { decodeReport, encodeReport, type Report } from "./reports.ts";

const ref = { workerId: "w1", share: "0/3", epoch: 1 };
const count = fc.nat();
const outcomes = { ok: count, failed: count, neutral: count, interrupted: count };

const totals = fc.record({
  endedMs: count,
  ...{ scheduled: count, started: count },
  dropped: fc.dictionary(fc.constantFrom("late", "lease"), count, { noNullPrototype: true }),
  iterations: fc.record(outcomes),
  requests: fc.record({ sent: count, ...outcomes }),
});
const health = fc.record({
  ...{ second: count, rssBytes: count },
  cpu: fc.double({ min: 0, max: 1, noNaN: true }).map((n) => n + 0),
  mbps: fc.constantFrom(0, 12.5),
  lagMs: fc.constantFrom(0, 0.3),
});
const report: fc.Arbitrary<Report> = fc.oneof(
  fc.constant<Report>({ type: "accepted", ...ref }),
  fc.string().map((reason): Report => ({ type: "refused", ...ref, reason })),
  fc.string().map((reason): Report => ({ type: "failed", ...ref, reason })),
  fc.constant<Report>({ type: "ready", ...ref, clockOffsetUs: -7.5, clockErrorUs: 3 }),
  fc
    .record({
      seq: fc.integer({ min: 1 }),
      watermark: fc.integer({ min: -1 }),
      due: fc.array(dueDelta, { maxLength: 3 }),
      wall: fc.array(wallDelta, { maxLength: 3 }),
      health: fc.array(health, { maxLength: 2 }),
      totals: fc.option(totals),
    })
    .map(({ totals: end, ...snapshot }): Report => ({
      ...{ type: "snapshot", ...ref },
      ...snapshot,
      ...(end === null ? {} : { totals: end }),
    })),
);

/** fast-check's dictionaries have no prototype; parsed ones do. */
const plain = (value: Report): unknown => structuredClone(value);

test("decode(encode(report)) = report", () => {
  fc.assert(
    fc.property(report, (value) => {
      expect(plain(decodeReport(encodeReport(value)))).toEqual(plain(value));
    }),
    { numRuns: 60 },
  );
});

describe("what is not a report is refused", () => {
  test.each<[string, unknown]>([
    ["no object", 5],
    ["an unknown type", { type: "hello", ...ref }],
    ["no worker", { type: "accepted", ...ref, workerId: "" }],
    ["a share that is no path", { type: "accepted", ...ref, share: "3" }],
    ["epoch 0", { type: "accepted", ...ref, epoch: 0 }],
    ["a refusal without a reason", { type: "refused", ...ref }],
    ["a negative clock error", { type: "ready", ...ref, clockOffsetUs: 0, clockErrorUs: -1 }],
    ["a snapshot that is not packed", { type: "snapshot", ...ref, seq: 1 }],
  ])("%s", (_name, value) => {
    expect(() => decodeReport(Uint8Array.from([0, ...encodeFrame(value)]))).toThrow();
  });

  test("any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(() => decodeReport(bytes)).toThrow();
      }),
    );
  });
});
