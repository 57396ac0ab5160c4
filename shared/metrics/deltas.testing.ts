import * as fc from "fast-check";
import type { Counts, DueDelta, WallDelta } from "./delta.ts";
import { Histogram } from "./histogram.ts";
import { MAX_VALUE_US } from "./histogramLayout.ts";
import { encodeSparse } from "./sparseHistogram.ts";

/** A histogram of these values. */
export function histogramOf(valuesUs: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of valuesUs) histogram.record(value);
  return histogram;
}

/** Small, usual, huge and clamped latencies. */
export const latencyUs = fc.oneof(
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 2_000_000 }),
  fc.integer({ min: 0, max: MAX_VALUE_US + 1_000 }),
);

const n = fc.nat({ max: 1_000 });
const sparse = fc.array(latencyUs, { maxLength: 4 }).map((v) => encodeSparse(histogramOf(v)));
const countsOf = (...names: string[]): fc.Arbitrary<Counts> =>
  fc.dictionary(fc.constantFrom(...names), fc.integer({ min: 1, max: 1_000 }), { maxKeys: 2 });
const outcomes = { ok: n, failed: n, neutral: n, interrupted: n };
const second = fc.nat({ max: 9 });

const stepDue = fc.record({
  step: fc.nat({ max: 2 }),
  ...outcomes,
  statusCodes: countsOf("200", "404", "503"),
  errors: countsOf("timeout", "connectionRefused"),
  outcomes: countsOf("noBalance"),
  checks: fc.dictionary(
    fc.constantFrom("status == 200", "is ok"),
    fc.record({ passed: n, failed: n }),
    {
      maxKeys: 2,
    },
  ),
  ...{ response: sparse, service: sparse },
  phases: fc.record({ blocked: sparse, waiting: sparse, tls: sparse }, { requiredKeys: [] }),
});

const groupDue = fc.record({ group: fc.nat({ max: 2 }), ok: n, failed: n, duration: sparse });

const dueFields = {
  ...{ second, started: n },
  dropped: countsOf("late", "lease", "inFlightLimit"),
  ...outcomes,
  iterationDuration: sparse,
  steps: fc.uniqueArray(stepDue, { maxLength: 2, selector: (step) => step.step }),
};

export const dueDelta: fc.Arbitrary<DueDelta> = fc.oneof(
  fc.record(dueFields),
  fc.record({
    ...dueFields,
    groups: fc.uniqueArray(groupDue, {
      minLength: 1,
      maxLength: 2,
      selector: (group) => group.group,
    }),
  }),
);

export const wallDelta: fc.Arbitrary<WallDelta> = fc.record({
  ...{ second, inFlight: n, users: n, connections: n, lateness: sparse },
  steps: fc.uniqueArray(
    fc.record({
      step: fc.nat({ max: 2 }),
      sent: n,
      completed: n,
      bytesSent: n,
      bytesReceived: n,
      redirects: n,
    }),
    { maxLength: 2, selector: (step) => step.step },
  ),
});

/** `items` in an order that `picks` determine. */
export function shuffled<T>(items: readonly T[], picks: readonly number[]): T[] {
  const rest = [...items];
  return items.map((_, i) => rest.splice((picks[i % picks.length] ?? 0) % rest.length, 1)[0] as T);
}
