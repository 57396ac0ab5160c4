import { expect, test } from "vitest";
import { summarise } from "./figures.ts";
import { judge, peerRatios } from "./limits.ts";
import { asMarkdown, asText, type Results, toJson } from "./report.ts";

function results(rounds: number, othersCpu: number): Results {
  const sample = { requestsPerSecond: 150_000, cpuUsPerRequest: 6.5, targetCpu: 0.97, othersCpu };
  const groups: Results["groups"] = [
    {
      ...{ name: "closed", title: "Closed loop", notes: ["hey was not found"] },
      columns: ["requestsPerSecond", "cpuUsPerRequest", "p99Ms", "targetCpu"],
      contenders: [
        summarise("onrush", [sample, { ...sample, requestsPerSecond: 140_000 }]),
        summarise("wrk", [{ ...sample, targetCpu: 0.9 }]),
      ],
    },
  ];
  return {
    machine: { cores: 2, cpu: "Some CPU", node: "v24.0.0", kernel: "6.1" },
    cores: { generator: "0", target: "1" },
    ...{ target: "nginx", rounds, seconds: 5, groups },
    ...{ ratios: peerRatios(groups), limits: judge(groups) },
    transports: [{ name: "raw", requestsPerSecond: 1e5, cpuUsPerRequest: 8 }],
    micro: [{ name: "due time", medianNs: 8, minNs: 7 }],
  };
}

test.each([asText, asMarkdown])("a report says what its figures are worth (%#)", (render) => {
  const quiet = render(results(5, 0.01));
  expect(quiet).toContain("generators pinned to core 0, the target to core 1");
  expect(quiet).toContain("the limit for onrush (closed)");
  expect(quiet).toContain("145,000 (140,000–150,000)");
  expect(quiet).toContain("hey was not found");
  expect(quiet).not.toContain("smoke test");
  expect(quiet).not.toContain("something else");
  const noisy = render(results(4, 0.5));
  expect(noisy).toContain("smoke test");
  expect(noisy).toContain("busy with something else during onrush (closed), wrk (closed)");
});

test("what was not pinned is said to be so", () => {
  const cores = { generator: null, target: null };
  expect(asText({ ...results(5, 0), cores })).toContain("not pinned");
  expect(toJson({ ...results(5, 0), cores })).toMatchObject({ pinned: null });
});

test("the JSON has medians and spread of every contender, ratios and limits", () => {
  expect(toJson(results(5, 0))).toMatchObject({
    machine: { cores: 2, node: "v24.0.0" },
    pinned: { generator: "0", target: "1" },
    target: { name: "nginx" },
    groups: [
      {
        name: "closed",
        contenders: [
          {
            name: "onrush",
            medians: { requestsPerSecond: 145_000, cpuUsPerRequest: 6.5, targetCpu: 0.97 },
            spread: { requestsPerSecond: { min: 140_000, max: 150_000 } },
          },
          { name: "wrk" },
        ],
      },
    ],
    ratios: [{ peer: "wrk", cpuUsPerRequest: 1 }],
    limits: [{ verdict: "PASS" }, {}, {}, { verdict: "PASS", value: 1 }],
    micro: [{ name: "due time" }],
  });
});
