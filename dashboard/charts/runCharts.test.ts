import { describe, expect, test } from "vitest";
import { latency, second } from "../testData.ts";
import { countSeries, statusColor } from "@onrush/shared/chart/countSeries.ts";
import { runCharts } from "./runCharts.ts";

const open = { hasRate: true, hasUsers: false };
const closed = { hasRate: false, hasUsers: true };
const view = { range: { kind: "all" }, latencyKind: "response" } as const;
const input = { ...view, plannedSeconds: 60, ...open };

const keys = (dropped: number) =>
  runCharts({ ...input, seconds: [second(0, { dropped })] }).throughput.series.map((s) => s.key);

describe("from seconds to lines", () => {
  test("sent, planned and failed of each second", () => {
    const seconds = [second(0, { sent: 9, planned: 10, failed: 1 })];
    expect(runCharts({ ...input, seconds }).throughput.rows).toEqual([
      { at: 0, sent: 9, planned: 10, failed: 1 },
    ]);
  });

  test("rates end with the load; what is in flight is drawn to the end", () => {
    const seconds = [second(0, { sent: 9, planned: 9 }), second(1), second(2)];
    const ended = runCharts({ ...input, seconds, loadSeconds: 2 });
    expect(ended.throughput.rows.map(({ at }) => at)).toEqual([0, 1]);
    expect(ended.load.rows.map(({ at }) => at)).toEqual([0, 1, 2]);
    expect(runCharts({ ...input, seconds }).throughput.rows).toHaveLength(3);
  });

  test("dropped has a line only when something was dropped", () => {
    expect(keys(0)).not.toContain("dropped");
    expect(keys(4)).toContain("dropped");
  });

  test("a closed run has no planned line, and a line of its users", () => {
    const seconds = [second(0, { sent: 9, users: 4, inFlight: 3, connections: 2 })];
    const { throughput, load } = runCharts({ ...input, ...closed, seconds });
    expect(throughput.rows).toEqual([{ at: 0, sent: 9, failed: 0 }]);
    expect(load.rows).toEqual([{ at: 0, inFlight: 3, connections: 2, users: 4 }]);
  });

  test("phases of requests are stacked in their order, opening a connection is beside them", () => {
    const seconds = [
      second(0, { phases: { blocked: 3, waiting: 40, connect: 2, tls: 0 } }),
      second(1, { phases: { waiting: 41, receiving: 0.5 } }),
    ];
    const { series, rows } = runCharts({ ...input, seconds }).phases;
    expect(series.map(({ key, shape }) => `${key} ${shape}`)).toEqual([
      ...["blocked stack", "waiting stack", "receiving stack", "connect line"],
    ]);
    expect(rows).toEqual([
      { at: 0, blocked: 3, waiting: 40, receiving: 0, connect: 2 },
      { at: 1, blocked: 0, waiting: 41, receiving: 0.5, connect: null },
    ]);
  });

  test("a missing second breaks the line instead of joining it", () => {
    const rows = runCharts({ ...input, seconds: [second(0), second(3)] }).load.rows;
    expect(rows).toEqual([
      { at: 0, inFlight: 0, connections: 0 },
      { at: 1, inFlight: null, connections: null },
      { at: 3, inFlight: 0, connections: 0 },
    ]);
  });

  test("a second without answers has no latency, not a latency of zero", () => {
    const seconds = [second(0, { response: latency(40, 5) }), second(1)];
    expect(runCharts({ ...input, seconds }).latency.rows).toEqual([
      { at: 0, p50: 40, p95: 40, p99: 40 },
      { at: 1, p50: null, p95: null, p99: null },
    ]);
  });

  test("service time is measured on its own", () => {
    const seconds = [second(0, { response: latency(40, 5), service: latency(3, 5) })];
    const { rows } = runCharts({ ...input, seconds, latencyKind: "service" }).latency;
    expect(rows[0]?.["p95"]).toBe(3);
  });

  test("a zoom leaves the other seconds out", () => {
    const seconds = [0, 1, 2, 3, 4, 5].map((at) => second(at));
    const range = { kind: "span", from: 2, to: 4 } as const;
    const at = runCharts({ ...input, seconds, range }).load.rows.map((row) => row.at);
    expect(at).toEqual([2, 3, 4]);
  });
});

const color = () => "red";

describe("counts by name", () => {
  test("every second has a value for every name, also where it did not occur", () => {
    const seconds = [
      second(0, { statusCodes: { "200": 5 } }),
      second(1, { statusCodes: { "200": 4, "503": 1 } }),
    ];
    expect(runCharts({ ...input, seconds }).statusCodes.rows).toEqual([
      { at: 0, "200": 5, "503": 0 },
      { at: 1, "200": 4, "503": 1 },
    ]);
  });

  test("the rarest beyond eight are added up, and nothing is left out", () => {
    const counts = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`e${i}`, 100 - i]));
    const { series, value } = countSeries([counts], color);
    expect(series).toHaveLength(8);
    expect(series.at(-1)?.key).toBe("other");
    const shown = series.reduce((sum, { key }) => sum + value(counts, key), 0);
    expect(shown).toBe(Object.values(counts).reduce((a, b) => a + b, 0));
  });

  test("names with no count have no line", () => {
    expect(countSeries([{ timeout: 0 }], color).series).toEqual([]);
  });

  test.each([
    ["200", "var(--c-green)"],
    ["404", "var(--c-amber)"],
    ["503", "var(--c-crimson)"],
    ["999", "var(--c-gray)"],
  ])("status %s is %s", (code, expected) => expect(statusColor(code)).toBe(expected));
});
