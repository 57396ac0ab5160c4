import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import { runPlan } from "./runPlan.ts";
import { runReporter } from "./runReporter.ts";
import { endedRun, viewOfSecond } from "./runs.testing.ts";

const scenario = scenarioSchema.parse({
  ...{ name: "n", targetUrl: "http://h/", durationSeconds: 10 },
  loadProfile: { type: "CONSTANT", initialRps: 5 },
});
const warning = { at: "2026-01-01T00:00:00.000Z", kind: "warning" as const, text: "slow" };
const wasTTY = process.stderr.isTTY;

let written = "";
beforeEach(() => {
  written = "";
  const write = (text: string | Uint8Array) => ((written += String(text)), true);
  vi.spyOn(process.stderr, "write").mockImplementation(write);
  vi.spyOn(console, "error").mockImplementation((text: string) => void write(`${text}\n`));
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => {
  process.stderr.isTTY = wasTTY;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each([true, false])("nothing is written after the end (terminal: %s)", async (isTTY) => {
  process.stderr.isTTY = isTTY;
  const reporter = runReporter({
    plan: runPlan(scenario, 10),
    current: async () => endedRun(),
    ...{ updateSeconds: 1, labels: {} },
  });
  const tell = (second: number) => {
    reporter.second(viewOfSecond(second, { planned: 5, sent: 5, ok: 5 }));
    reporter.event(warning);
    reporter.say("stopping");
  };
  tell(0);
  await reporter.end();
  expect(written).toContain("warning: slow\n");
  expect(written).toContain("stopping\n");
  const atEnd = written;
  tell(1);
  await reporter.end();
  expect(written).toBe(atEnd);
});
