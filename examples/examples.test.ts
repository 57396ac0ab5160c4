import { readdirSync, readFileSync } from "node:fs";
import { withFiles } from "@onrush/cli/scenario/scenarioFiles.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { scenarioDurationMs, scenarioWorkloads } from "@onrush/shared/scenario/workloads.ts";
import { ArrivalSchedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import { peakRate } from "@onrush/shared/schedule/rateCurve.ts";
import { describe, expect, test } from "vitest";

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");

// Totals are areas under the rate curve, worked out by hand.
const examples = [
  // 60 s at 1,000/s
  { file: "health-check.json", type: "CONSTANT", seconds: 60, peak: 1_000, total: 60_000 },
  // 180 s at 2,550/s on average, then 120 s at 5,000/s
  { file: "black-friday.json", type: "RAMP", seconds: 300, peak: 5_000, total: 1_059_000 },
  // 100 s at 500/s, 10 s at 5,000/s, 10 s at 8,000/s
  { file: "marketing-campaign.json", type: "BURST", seconds: 120, peak: 8_000, total: 180_000 },
  // 80 s at 100/s, 10 s at 3,000/s
  { file: "flash-spike.json", type: "SPIKE", seconds: 90, peak: 3_000, total: 38_000 },
  // 4,500 while warming up, 60 s at 300/s, 60 s at 600/s, 9,000 while cooling down
  { file: "stages.json", type: "STAGES", seconds: 180, peak: 600, total: 67_500 },
  // 60 s at 2,000/s
  { file: "sms-gateway-stress.json", type: "CONSTANT", seconds: 60, peak: 2_000, total: 120_000 },
  // 60 s at 500/s, two requests each
  { file: "sms-campaign.json", type: "CONSTANT", seconds: 60, peak: 500, total: 30_000 },
  // 30 s at 50/s, two requests each
  { file: "orders-from-files.json", type: "CONSTANT", seconds: 30, peak: 50, total: 1_500 },
];

async function load(file: string) {
  const { document, facts } = await withFiles(JSON.parse(read(file)), import.meta.dirname);
  const parsed = parseScenario(document, facts);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

test("every example is in the table", () => {
  const files = readdirSync(new URL(".", import.meta.url)).filter((file) => file.endsWith(".json"));
  const scenarios = files.filter((file) => file !== "package.json");
  expect(scenarios.sort()).toEqual(examples.map(({ file }) => file).sort());
});

describe.each(examples)("$file", async ({ file, type, seconds, peak, total }) => {
  const scenario = await load(file);
  const workloads = scenarioWorkloads(scenario);

  test(`is a ${type} of ${total} arrivals in ${seconds} s`, () => {
    expect(scenario.loadProfile?.type).toBe(type);
    expect(scenarioDurationMs(workloads)).toBe(seconds * 1000);
    const curves = workloads.flatMap(({ load }) => (load.type === "arrivals" ? [load.curve] : []));
    const schedules = curves.map((curve) => new ArrivalSchedule(curve));
    expect(schedules.reduce((sum, schedule) => sum + schedule.total, 0)).toBe(total);
    expect(Math.max(...curves.map((curve) => peakRate(curve)))).toBe(peak);
  });

  test("aims at a bundled target on this machine", () => {
    for (const { url } of workloads.flatMap(({ steps }) => steps)) {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:909[12]\//);
    }
  });

  test("is described in the README with its figures", () => {
    const row = read("README.md")
      .split("\n")
      .find((line) => line.includes(`(${file})`));
    expect(row).toContain(type);
    expect(row).toContain(total.toLocaleString("en"));
    expect(row).toContain(`${seconds} s`);
  });
});

test("the stress example sends what the gateway accepts", async () => {
  const { headers, body, method, targetUrl } = await load("sms-gateway-stress.json");
  expect({ method, targetUrl }).toEqual({
    method: "POST",
    targetUrl: "http://127.0.0.1:9091/v1/sms/send",
  });
  expect(headers).toEqual({
    "Content-Type": "application/json",
    "X-Api-Key": "enterprise-key",
    "X-Auth-User-Id": "enterprise-1",
  });
  expect(Object.keys(body as object)).toEqual(["to", "text"]);
});
