import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { taskSchema } from "@onrush/shared/wire/task.ts";
import { plannedIn, planRun, type RunPlan } from "./runPlan.ts";
import { dueBetween, placeShares, taskOf } from "./shares.ts";

export function planOf(document: Partial<ScenarioInput>): RunPlan {
  const parsed = parseScenario({ name: "n", ...document });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return planRun(parsed.scenario);
}

const step = { name: "s", protocol: "http" as const, url: "http://h/" };
const constant = (initialRps: number) => ({ type: "CONSTANT" as const, initialRps });

/** Two workloads of different shape, the second one later. */
const plan = planOf({
  ...{ durationSeconds: 10, maxInFlight: 77, gracefulStopSeconds: 1.5 },
  timeouts: { requestSeconds: 2.5 },
  workloads: [
    { name: "a", loadProfile: constant(8.3), steps: [step] },
    {
      ...{ name: "b", startSecond: 2.5, durationSeconds: 5, steps: [step] },
      loadProfile: { type: "RAMP", initialRps: 1, targetRps: 100, rampUpSeconds: 3 },
    },
  ],
});
const workers = (count: number) => Array.from({ length: count }, (_, k) => `w${k}`);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

test("a plan has the exact schedule of each workload and the whole length", () => {
  expect(plan.workloads.map((w) => w.schedule?.total)).toEqual([83, 352]);
  expect(plan.durationMs).toBe(10_000);
});

test("a task carries the data that its steps use, and the seed of all rows", () => {
  const rows = (field: string) => ({ inline: [{ [field]: 1 }] });
  const uses = (set: string) => [{ ...step, url: `http://h/{{data.${set}.x}}` }];
  const withData = planOf({
    ...{ durationSeconds: 1, seed: 9, data: { one: rows("x"), two: rows("x"), three: rows("x") } },
    workloads: ["one", "two"].map((name) => ({
      ...{ name, loadProfile: constant(1), steps: uses(name) },
    })),
  });
  const tasks = placeShares(withData, ["w"]).map((share) =>
    taskSchema.parse(taskOf(withData, "run", 1, share)),
  );
  expect(tasks.map(({ data }) => Object.keys(data))).toEqual([["one"], ["two"]]);
  expect(tasks.map(({ dataSeed }) => dataSeed)).toEqual([9, 9]);
  expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(2);
});

describe.each([1, 2, 5, 97])("divided among %d workers", (count) => {
  const shares = placeShares(plan, workers(count));

  test("every worker has one share of every workload, named by path", () => {
    const wanted = [0, 1].flatMap((w) => workers(count).map((id, k) => [`${w}/${k}`, id]));
    expect(shares.map(({ share, workerId }) => [share, workerId])).toEqual(wanted);
  });

  test("planned arrivals sum to the whole, and differ by at most one", () => {
    plan.workloads.forEach((workload, w) => {
      const planned = shares.filter((s) => s.workload === w).map((s) => s.planned);
      expect(sum(planned)).toBe(workload.schedule?.total);
      expect(Math.max(...planned) - Math.min(...planned)).toBeLessThanOrEqual(1);
    });
  });

  test("so they do in every second, and between any two moments", () => {
    fc.assert(
      fc.property(fc.nat({ max: 11e6 }), fc.nat({ max: 11e6 }), (a, b) => {
        const [fromUs, toUs] = [Math.min(a, b), Math.max(a, b)];
        plan.workloads.forEach((workload, w) => {
          const own = shares
            .filter((s) => s.workload === w)
            .map((s) => dueBetween(plan, s, fromUs, toUs));
          const offsetUs = workload.startMs * 1000;
          const before = (us: number) => workload.schedule?.countBefore(us - offsetUs) ?? 0;
          expect(sum(own)).toBe(before(toUs) - before(fromUs));
        });
      }),
      { numRuns: 20 },
    );
  });

  test("tasks are as their schema says and carry the scenario's settings", () => {
    const tasks = shares.map((share) => taskOf(plan, "run", 3, share));
    for (const task of tasks) {
      expect(taskSchema.parse(task)).toEqual(task);
      expect(task).toMatchObject({
        ...{ runId: "run", epoch: 1, token: 3, maxInFlight: 77 },
        ...{ requestTimeoutMs: 2_500, gracefulStopMs: 1_500, rejectUnauthorized: true },
      });
    }
    expect(new Set(tasks.map((task) => task.startMs))).toEqual(new Set([0, 2_500]));
  });
});

describe("planned arrivals of a second of the run", () => {
  test("sum to the total, and are 0 before a workload begins and after it has ended", () => {
    for (const workload of plan.workloads) {
      const planned = Array.from({ length: 12 }, (_, second) => plannedIn(workload, second));
      expect(sum(planned)).toBe(workload.schedule?.total);
    }
    const late = plan.workloads[1]!;
    expect([0, 1, 8, 9].map((second) => plannedIn(late, second))).toEqual([0, 0, 0, 0]);
    expect(plannedIn(late, 2)).toBeGreaterThan(0);
  });
});

test("nothing is due between a later and an earlier moment", () => {
  const [share] = placeShares(plan, ["w0"]);
  expect(dueBetween(plan, share!, 5e6, 2e6)).toBe(0);
});
