import { describe, expect, test } from "vitest";
import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import { latencyHistogram } from "./latencyHistogram.ts";
import { emptySummary, latency } from "./runs.testing.ts";
import { slaLines } from "./slaLines.ts";
import { groupTable } from "./groupTable.ts";
import { stepTable } from "./stepTable.ts";
import { uncoloured } from "./tone.ts";

describe("SLA lines", () => {
  const line = (change: Partial<SlaResult>): SlaResult => ({
    ...{ text: "p95 < 500ms", status: "PASSED", value: 12.34, limit: 500, unit: "ms" },
    ...{ failedAtSecond: null, aborted: false, reason: "" },
    ...change,
  });

  test("have a mark, the value, and where they were broken", () => {
    const failed = {
      status: "FAILED",
      value: 2.5,
      limit: 1,
      unit: "%",
      failedAtSecond: 42,
    } as const;
    expect(
      slaLines(
        [
          line({}),
          line({ text: "errorRate < 1% over 10s abort", ...failed, aborted: true }),
          line({
            text: "rps >= 1900",
            status: "FAILED",
            value: 1_850.04,
            limit: 1_900,
            unit: "rps",
          }),
          line({ text: "outcome(x) < 5%", status: "NONE", value: null, reason: "no answers" }),
        ],
        uncoloured,
      ),
    ).toEqual([
      "  SLA:",
      "    ✓ p95 < 500ms                    12.3 ms",
      "    ✗ errorRate < 1% over 10s abort  2.5 %, broken in second 42, which ended the load (limit 1 %)",
      "    ✗ rps >= 1900                    1850/s (limit 1900/s)",
      "    – outcome(x) < 5%                not judged: no answers",
    ]);
  });

  test("are nothing where there is no SLA", () => expect(slaLines([], uncoloured)).toEqual([]));
});

describe("the latency histogram", () => {
  test("has rows at 1, 2 and 5 times a power of ten, and the longest bar at the most", () => {
    const buckets = [
      { fromMs: 0.9, toMs: 0.91, count: 10 },
      { fromMs: 1.5, toMs: 1.5, count: 80 },
      { fromMs: 4, toMs: 4, count: 9 },
      { fromMs: 40, toMs: 40.1, count: 1 },
    ];
    expect(latencyHistogram({ buckets })).toEqual([
      "    0.50 ms – 1.00 ms  10  10.0 %  █████",
      `    1.00 ms – 2.00 ms  80  80.0 %  ${"█".repeat(40)}`,
      "    2.00 ms – 5.00 ms   9   9.0 %  █████",
      "    5.00 ms – 10.0 ms   0   0.0 %",
      "    10.0 ms – 20.0 ms   0   0.0 %",
      "    20.0 ms – 50.0 ms   1   1.0 %  █",
    ]);
  });

  test("has even rows where all latencies are near each other", () => {
    const buckets = [50, 50.5, 51, 54].map((ms) => ({ fromMs: ms, toMs: ms, count: 1 }));
    const lines = latencyHistogram({ buckets });
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe(`    50.0 ms – 50.5 ms  1  25.0 %  ${"█".repeat(40)}`);
    expect(lines[7]).toBe(`    53.5 ms – 54.0 ms  1  25.0 %  ${"█".repeat(40)}`);
  });

  test("tells rows apart whose edges are nearly equal", () => {
    const buckets = [3_000, 3_004].map((ms) => ({ fromMs: ms, toMs: ms, count: 1 }));
    const lines = latencyHistogram({ buckets });
    expect(lines[0]).toMatch(/^ {4}3\.0000 s – 3\.0005 s {2}1 /);
    expect(lines[7]).toMatch(/^ {4}3\.0035 s – 3\.0040 s {2}1 /);
  });

  test.each([
    ["one latency", [{ fromMs: 7, toMs: 7, count: 3 }], 1],
    ["none", [], 0],
    [
      "a microsecond and an hour",
      [0.001, 3_600_000].map((ms) => ({ fromMs: ms, toMs: ms, count: 1 })),
      8,
    ],
  ])("%s", (_, buckets, rows) => {
    const lines = latencyHistogram({ buckets });
    expect(lines).toHaveLength(rows);
    expect(lines.join("")).not.toMatch(/NaN|Infinity/);
  });

  test("loses no request between its rows", () => {
    const buckets = Array.from({ length: 500 }, (_, i) => ({
      ...{ fromMs: i * 0.37, toMs: i * 0.37 + 0.001, count: i + 1 },
    }));
    const counted = latencyHistogram({ buckets }).map((line) =>
      Number((/ms\s+([\d,]+)\s+[\d.]+ %/.exec(line)?.[1] ?? "").replaceAll(",", "")),
    );
    expect(counted.reduce((sum, row) => sum + row, 0)).toBe((500 * 501) / 2);
  });
});

describe("the table of steps", () => {
  const { workloads } = emptySummary();
  const [workload] = workloads;
  const [step] = workload?.steps ?? [];
  if (workload === undefined || step === undefined) throw new Error("no step");
  const named = (name: string, sent: number) => ({
    ...{ ...step, name, rps: sent / 10, response: latency({ p50: 1, p95: 20, p99: 300 }) },
    requests: { sent, ok: sent - 3, failed: 1, neutral: 2, interrupted: 0 },
  });

  test("has a row for each, with its workload where there are several", () => {
    const one = { ...workload, steps: [named("login", 1_000), named("pay", 990)] };
    expect(stepTable({ workloads: [one] })).toEqual([
      "  steps:",
      "    STEP    SENT    RPS   OK  FAILED  NEUTRAL      P50      P95     P99  SERVICE P95",
      "    login  1,000  100.0  997       1        2  1.00 ms  20.0 ms  300 ms      0.00 ms",
      "    pay      990   99.0  987       1        2  1.00 ms  20.0 ms  300 ms      0.00 ms",
    ]);
    const other = { ...workload, name: "other", steps: [named("pay", 5)] };
    expect(stepTable({ workloads: [one, other] })[4]).toMatch(/^ {4}other: pay /);
  });

  test("has no column for neutral answers where there are none", () => {
    const requests = { sent: 3, ok: 2, failed: 1, neutral: 0, interrupted: 0 };
    const steps = ["login", "pay"].map((name) => ({ ...named(name, 3), requests }));
    expect(stepTable({ workloads: [{ ...workload, steps }] }).slice(1, 3)).toEqual([
      "    STEP   SENT  RPS  OK  FAILED      P50      P95     P99  SERVICE P95",
      "    login     3  0.3   2       1  1.00 ms  20.0 ms  300 ms      0.00 ms",
    ]);
  });

  test("is nothing for one step", () => expect(stepTable({ workloads })).toEqual([]));
});

test("groups have a row each, from begin to end", () => {
  const duration = latency({ p50: 100, p95: 200, p99: 300, max: 400 });
  const group = { name: "shop", workload: "main", tags: {}, count: 10, ok: 9, failed: 1, duration };
  const { workloads } = emptySummary();
  expect(groupTable({ groups: [group], workloads })).toEqual([
    "  groups, from begin to end:",
    "    GROUP  COUNT  OK  FAILED     P50     P95     P99     MAX",
    "    shop      10   9       1  100 ms  200 ms  300 ms  400 ms",
  ]);
  expect(groupTable({ groups: [], workloads })).toEqual([]);
});
