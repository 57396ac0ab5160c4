import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dueDelta, wallDelta } from "../metrics/deltas.testing.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { readSnapshot } from "./readSnapshot.ts";
import { snapshotSchema } from "./reports.ts";

const count = fc.nat();
const outcomes = fc.record({ ok: count, failed: count, neutral: count, interrupted: count });
const amount = fc.constantFrom(0, 0.5, 12.25);
const headRoom = fc.option(fc.record({ left: count, limit: count }));
const optional = { requiredKeys: [] };
const health = fc
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
      health: fc.array(health, { maxLength: 2 }),
    }),
    fc.record({ oldest: fc.integer({ min: 1 }), startLateUs: amount, totals }, optional),
  )
  .map(([needed, rest]) => ({
    ...{ type: "snapshot", workerId: "w1", share: "0/3", epoch: 1 },
    ...needed,
    ...rest,
  }));

/** As it comes out of a frame. */
const received = (value: unknown) => decodeFrame(encodeFrame(value));

type Container = Record<string, unknown>;

/** Every object and list within a value. */
function containers(value: unknown): Container[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return [value as Container, ...Object.values(value).flatMap(containers)];
}

const replacement = fc.constantFrom<unknown>(
  ...[null, true, "", "x", "0/1", -1, -0, 0, 0.5, 1e300, 2 ** 53, Infinity, NaN, [], {}, [1]],
  ...[new Uint8Array(2), { left: 1, limit: 2 }, { passed: 1, failed: 0 }, { "200": 1 }],
);

type Change = { place: number; key: number; with: unknown; how: "set" | "remove" | "add" };
const change: fc.Arbitrary<Change> = fc.record({
  ...{ place: fc.nat(), key: fc.nat(), with: replacement },
  how: fc.constantFrom("set", "remove", "add"),
});

function applyChange(value: unknown, { place, key, with: item, how }: Change): void {
  const all = containers(value);
  const into = all[place % all.length];
  if (into === undefined) return;
  const names = Object.keys(into);
  const name = how === "add" ? ["unknown", "__proto__"][key % 2] : names[key % names.length];
  if (name === undefined) return;
  // A list with a hole comes out of no frame.
  if (how === "remove" && Array.isArray(into)) into.splice(Number(name), 1);
  else if (how === "remove") delete into[name];
  else
    Object.defineProperty(into, name, {
      // A later change must not reach into what other snapshots get.
      value: structuredClone(item),
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

test("every snapshot of this version is read without asking the schema, as the schema reads it", () => {
  fc.assert(
    fc.property(snapshot, (value) => {
      const read = readSnapshot(received(value));
      expect(read).toBeDefined();
      expect(read).toEqual(snapshotSchema.parse(received(value)));
    }),
    { numRuns: 100 },
  );
});

test("whatever is changed in one, what is read is what the schema reads, and it never throws", () => {
  fc.assert(
    fc.property(snapshot, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
      const changed = received(value);
      for (const each of changes) applyChange(changed, each);
      const read = readSnapshot(changed);
      // Undefined leaves it to the schema.
      if (read !== undefined) expect(read).toEqual(snapshotSchema.parse(changed));
    }),
    { numRuns: 2_000 },
  );
});

test.each([null, undefined, 5, "snapshot", [], { type: "ready" }, new Uint8Array(3)])(
  "%j is left to the schema",
  (value) => {
    expect(readSnapshot(value)).toBeUndefined();
  },
);
