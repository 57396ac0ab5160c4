import { describe, expect, test } from "vitest";
import type { Health } from "./delta.ts";
import { histogramOf } from "./deltas.testing.ts";
import { GeneratorTotals } from "./generatorTotals.ts";
import { MAX_VALUE_US } from "./histogramLayout.ts";
import { SecondAccumulator } from "./secondAccumulator.ts";
import { faultTexts, secondFaults, workerFaults } from "./secondFaults.ts";
import { encodeSparse } from "./sparseHistogram.ts";

const sound: Health = {
  ...{ second: 0, cpu: 0.5, rssBytes: 1, mbps: 1, lagMs: 0.5, processCpu: 1.2 },
  ...{ latenessP99Ms: 1, inFlight: 5, connections: 5, gcMs: 3, gcMaxMs: 2 },
  ...{ ports: { left: 28_000, limit: 28_232 }, files: { left: 19_000, limit: 20_000 } },
};

/** Each limit from both sides. */
const table: [string, Partial<Health>, string | null][] = [
  ["nothing wrong", {}, null],
  ["lateness of 5 ms", { latenessP99Ms: 5 }, null],
  ["more than that", { latenessP99Ms: 7.34 }, "w1: lateness p99 7.3 ms"],
  ["90 % CPU", { cpu: 0.9 }, null],
  ["more than that", { cpu: 0.97 }, "w1: engine CPU 97 %"],
  ["a busy process beside idle engines", { processCpu: 4 }, null],
  ["a pause of 50 ms", { gcMaxMs: 50 }, null],
  ["a longer one", { gcMaxMs: 123 }, "w1: a GC pause of 123 ms"],
  ["5 % of the ports left", { ports: { left: 50, limit: 1_000 } }, null],
  ["fewer", { ports: { left: 1_049, limit: 28_232 } }, "w1: 1,049 of 28,232 local ports left"],
  ["no file left", { files: { left: 0, limit: 1_024 } }, "w1: 0 of 1,024 file descriptors left"],
  ["a system that does not tell", { ports: null, files: null }, null],
];

test.each(table)("%s: %s", (_name, change, text) => {
  const faults = workerFaults("w1", { ...sound, ...change });
  expect(faults.map((fault) => fault.text)).toEqual(text === null ? [] : [text]);
});

test("health as it was first stored has no fault of its own", () => {
  const old = { second: 1, cpu: 0.5, rssBytes: 1, mbps: 2, lagMs: 3 };
  expect(workerFaults("w1", old)).toEqual([]);
});

test("precise pacing spins on purpose", () => {
  expect(workerFaults("w1", { ...sound, cpu: 1 }, { precisePacing: true })).toEqual([]);
});

function second(at: number, workers: Record<string, Health>, dropped = {}, slowest = 1) {
  const accumulator = new SecondAccumulator(at);
  Object.assign(accumulator.workers, workers);
  accumulator.workload(0).addDue({
    ...{ started: 1, dropped, ok: 1, failed: 0, neutral: 0, interrupted: 0 },
    iterationDuration: new Uint8Array(0),
    steps: [
      {
        ...{ step: 0, ok: 1, failed: 0, neutral: 0, interrupted: 0 },
        ...{
          statusCodes: {},
          errors: {},
          outcomes: {},
          checks: {},
          service: new Uint8Array(0),
          phases: {},
        },
        response: encodeSparse(histogramOf([slowest])),
      },
    ],
  });
  return accumulator.toRecord(1, false);
}

describe("a merged second", () => {
  test("is bad for what the generator dropped by its own fault, not for the rest", () => {
    const dropped = { late: 1_200, lease: 3, inFlightLimit: 7, queueExpired: 9 };
    const texts = faultTexts(secondFaults(second(0, { w1: sound }, dropped)));
    expect(texts).toEqual(["1,200 dropped (late)", "3 dropped (lease)"]);
  });

  test("is bad when a latency was beyond what can be counted", () => {
    const texts = faultTexts(secondFaults(second(0, {}, {}, MAX_VALUE_US + 1)));
    expect(texts).toEqual(["1 latencies above 1 h were cut"]);
  });

  test("of very many bad workers names a few", () => {
    const busy = { ...sound, cpu: 1 };
    const workers = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`w${i}`, busy]));
    const texts = faultTexts(secondFaults(second(0, workers)));
    expect(texts).toHaveLength(9);
    expect(texts.at(-1)).toBe("and 92 more");
  });
});

describe("over a run", () => {
  const totals = new GeneratorTotals();
  totals.add(second(0, { w1: sound, w2: { ...sound, cpu: 1, latenessP99Ms: 9 } }));
  totals.add(second(1, { w1: { ...sound, files: { left: 10, limit: 20_000 } } }, { late: 1 }));
  totals.add(second(2, { w1: sound, w2: { ...sound, cpu: 0.95, ports: null } }));
  totals.add(second(3, { w1: sound }));

  test("bad seconds are counted once, and by what was wrong", () => {
    const by = { cpu: 2, lateness: 1, files: 1, dropped: 1 };
    expect(totals.badSeconds()).toEqual({ count: 3, of: 4, by });
  });

  test("a second in which nothing was due is none of them", () => {
    const tail = new SecondAccumulator(4);
    tail.workers["w1"] = { ...sound, latenessP99Ms: 9 };
    const all = new GeneratorTotals();
    for (const each of [second(3, { w1: sound }), tail.toRecord(1, false)]) all.add(each);
    expect(all.badSeconds()).toEqual({ count: 0, of: 1, by: {} });
  });

  test("a core that spins on purpose is not told as the generator's limit", () => {
    const busy = second(0, { w1: { ...sound, cpu: 1 } });
    const [timer, precise] = [new GeneratorTotals(), new GeneratorTotals({ precisePacing: true })];
    for (const each of [timer, precise]) each.add(busy);
    expect([timer.workerCpu(), timer.badSeconds().count]).toEqual([{ w1: 1 }, 1]);
    expect([precise.workerCpu(), precise.badSeconds().count]).toEqual([{}, 0]);
  });

  test("the least head-room of each worker is kept", () => {
    expect(totals.leastHeadRoom()).toEqual([
      { worker: "w1", of: "ports", left: 28_000, limit: 28_232 },
      { worker: "w1", of: "files", left: 10, limit: 20_000 },
      { worker: "w2", of: "ports", left: 28_000, limit: 28_232 },
      { worker: "w2", of: "files", left: 19_000, limit: 20_000 },
    ]);
  });
});
