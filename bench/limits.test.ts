import { expect, test } from "vitest";
import { type GroupResult, type Sample, summarise } from "./figures.ts";
import { judge, peerRatios } from "./limits.ts";

function group(name: string, contenders: Record<string, Sample | Sample[]>): GroupResult {
  return {
    ...{ name, title: name, columns: [], notes: [] },
    contenders: Object.entries(contenders).map(([name, samples]) =>
      summarise(name, [samples].flat()),
    ),
  };
}

const verdicts = (groups: GroupResult[]) =>
  Object.fromEntries(judge(groups).map(({ what, verdict }) => [what, verdict]));

test("a ratio on the limit passes, one beyond it fails, a missing peer is not measured", () => {
  const closed = group("closed", {
    onrush: { requestsPerSecond: 90, cpuUsPerRequest: 11.6 },
    wrk: { requestsPerSecond: 100, cpuUsPerRequest: 10 },
    hey: { requestsPerSecond: 46 },
  });
  expect(verdicts([closed])).toEqual({
    "requests/s, onrush ÷ wrk": "PASS",
    "requests/s, onrush ÷ autocannon": "not measured",
    "requests/s, onrush ÷ hey": "FAIL",
    "CPU per request, onrush ÷ wrk": "FAIL",
  });
});

test("only the limits of groups that ran are judged", () => {
  expect(judge([])).toEqual([]);
  const threads = group("threads", { "1 thread": {}, "2 threads": {} });
  expect(judge([threads]).map((one) => one.group)).toEqual(["threads", "threads", "threads"]);
});

test("an open schedule passes only when it was started in time", () => {
  const open = group("open", {
    "20,000/s": { startedPercent: 99.999, latenessP99Ms: 2 },
    "20,000/s precise": { latenessP99Ms: 0.1 },
    "80,000/s": { startedPercent: 99.9 },
  });
  expect(Object.values(verdicts([open]))).toEqual(["FAIL", "PASS", "PASS", "PASS"]);
});

test("one round with a count that does not add up fails, whatever the median", () => {
  const exact = { cpuUsPerRequest: 10, unaccounted: 0 };
  const threads = group("threads", {
    "1 thread": exact,
    "2 threads": [exact, exact, { ...exact, unaccounted: 1 }],
  });
  expect(Object.values(verdicts([threads]))).toEqual(["PASS", "not measured", "FAIL"]);
});

test("a judgement names the busiest the target was", () => {
  const closed = group("closed", { onrush: { targetCpu: 0.9 }, wrk: { targetCpu: 0.96 } });
  expect(judge([closed])[0]?.targetCpu).toBe(0.96);
});

test("every peer is compared, with what was measured of it", () => {
  const closed = group("closed", {
    onrush: { requestsPerSecond: 90, cpuUsPerRequest: 12 },
    wrk: { requestsPerSecond: 100, cpuUsPerRequest: 10 },
    ab: { requestsPerSecond: 45 },
  });
  expect(peerRatios([closed])).toEqual([
    { peer: "wrk", requestsPerSecond: 0.9, cpuUsPerRequest: 1.2 },
    { peer: "ab", requestsPerSecond: 2, cpuUsPerRequest: null },
  ]);
});
