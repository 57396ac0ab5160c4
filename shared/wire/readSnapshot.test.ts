import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dueDelta, wallDelta } from "../metrics/deltas.testing.ts";
import { readSnapshot } from "./readSnapshot.ts";
import { type Snapshot, snapshotSchema } from "./reports.ts";
import { writeSnapshot } from "./writeSnapshot.ts";

const count = fc.nat();
const outcomes = fc.record({ ok: count, failed: count, neutral: count, interrupted: count });
const amount = fc.constantFrom(0, 0.5, 12.25);
const headRoom = fc.option(fc.record({ left: count, limit: count }));
const optional = { requiredKeys: [] };
const healthOf = fc
  .tuple(
    fc.record({ second: count, cpu: amount, rssBytes: count, mbps: amount, lagMs: amount }),
    fc.record(
      {
        ...{ processCpu: amount, latenessP99Ms: amount, inFlight: count, connections: count },
        ...{ ports: headRoom, files: headRoom, gcMs: amount, gcMaxMs: amount },
      },
      optional,
    ),
  )
  .map(([old, recent]) => ({ ...old, ...recent }));
const totals = fc.record({
  ...{ scheduled: count, started: count, endedMs: count, iterations: outcomes },
  dropped: fc.dictionary(fc.constantFrom("late", "lease"), count, { noNullPrototype: true }),
  requests: fc.tuple(outcomes, count).map(([counts, sent]) => ({ ...counts, sent })),
});
const snapshot = fc
  .tuple(
    fc.record({
      ...{ seq: fc.integer({ min: 1 }), watermark: fc.integer({ min: -1 }) },
      due: fc.array(dueDelta, { maxLength: 2 }),
      wall: fc.array(wallDelta, { maxLength: 2 }),
      health: fc.array(healthOf, { maxLength: 2 }),
    }),
    fc.record({ oldest: fc.integer({ min: 1 }), startLateUs: amount, totals }, optional),
  )
  .map(([needed, rest]): Snapshot => ({
    ...{ type: "snapshot", workerId: "w1", share: "0/3", epoch: 1 },
    ...needed,
    ...rest,
  }));

/** fast-check's dictionaries have no prototype; what is read has one. */
const plain = (value: unknown): unknown => structuredClone(value);

/** Threw because it is no snapshot; anything else is a fault of the reader. */
function readOrRefused(bytes: Uint8Array): Snapshot | undefined {
  try {
    return readSnapshot(bytes);
  } catch (error) {
    const known = [RangeError, SyntaxError, TypeError].some((kind) => error instanceof kind);
    if (!known) throw error;
    return undefined;
  }
}

test("read(write(snapshot)) = snapshot, and is what the schema allows", () => {
  fc.assert(
    fc.property(snapshot, (value) => {
      const read = readSnapshot(writeSnapshot(value));
      expect(read).toEqual(plain(value));
      expect(snapshotSchema.parse(read)).toEqual(read);
    }),
    { numRuns: 200 },
  );
});

const change = fc.record({
  at: fc.nat(),
  byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 127, 128, 255)),
  how: fc.constantFrom("set", "insert", "remove", "cut"),
});

test("whatever is changed in the bytes, what is read is what the schema allows", () => {
  let accepted = 0;
  fc.assert(
    fc.property(snapshot, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
      const bytes = [...writeSnapshot(value)];
      for (const { at, byte, how } of changes) {
        const place = at % Math.max(1, bytes.length);
        if (how === "set") bytes[place] = byte;
        else if (how === "insert") bytes.splice(place, 0, byte);
        else bytes.splice(place, how === "remove" ? 1 : Infinity);
      }
      const read = readOrRefused(Uint8Array.from(bytes));
      if (read === undefined) return;
      accepted++;
      expect(snapshotSchema.parse(read)).toEqual(read);
    }),
    { numRuns: 3_000 },
  );
  // Most counts may be any number; otherwise only the refusal would have been tested.
  expect(accepted).toBeGreaterThan(100);
});

test("any bytes are refused, and always come to an end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(readOrRefused(bytes)).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

const least: Snapshot = {
  ...{ type: "snapshot", workerId: "w1", share: "0/3", epoch: 1, seq: 1, watermark: -1 },
  ...{ due: [], wall: [], health: [] },
};
const health = { second: 0, cpu: 0, rssBytes: 0, mbps: 0, lagMs: 0 };

test.each<[string, Partial<Snapshot>]>([
  ["no worker", { workerId: "" }],
  ["a share that is no path", { share: "3" }],
  ["epoch 0", { epoch: 0 }],
  ["seq 0", { seq: 0 }],
  ["an oldest seq of 0", { oldest: 0 }],
  ["a start that is no number", { startLateUs: NaN }],
  ["a CPU that is endless", { health: [{ ...health, cpu: Infinity }] }],
  ["a negative CPU", { health: [{ ...health, cpu: -0.5 }] }],
  ["a negative optional amount", { health: [{ ...health, gcMs: -1 }] }],
])("%s is refused", (_name, part) => {
  expect(() => readSnapshot(writeSnapshot({ ...least, ...part }))).toThrow();
});

test("the least there can be is a snapshot, and any byte after it is not", () => {
  const bytes = writeSnapshot(least);
  expect(readSnapshot(bytes)).toEqual(least);
  expect(() => readSnapshot(Uint8Array.from([...bytes, 0]))).toThrow(RangeError);
});

test("names may be those of what objects inherit, but for the prototype's own", () => {
  const dropped = Object.fromEntries([
    ["constructor", 1],
    ["toString", 2],
    ["__proto__", 3],
  ]) as Record<string, number>;
  const outcomes = { ok: 0, failed: 0, neutral: 0, interrupted: 0 };
  const due = {
    ...{ second: 0, started: 6, dropped, ...outcomes },
    ...{ iterationDuration: new Uint8Array(0), steps: [] },
  };
  const read = readSnapshot(writeSnapshot({ ...least, due: [due] })).due[0]?.dropped;
  expect(Object.entries(read ?? {})).toEqual([
    ["constructor", 1],
    ["toString", 2],
  ]);
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
});
