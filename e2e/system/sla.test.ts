import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { engines, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";

let scratch: string;
let steady: TestTarget;
let failing: TestTarget;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
  steady = await startTarget("known", "--delay-ms", "20");
  failing = await startTarget("known", "--status-mix", "200:1,503:1");
});
afterAll(async () => {
  await steady.stop();
  await failing.stop();
  await rm(scratch, { recursive: true, force: true });
});

/** Far longer than any of these runs goes on if its line ends it. */
const PLANNED_SECONDS = 60;

const load = (target: TestTarget, change: Partial<ScenarioInput>): ScenarioInput => ({
  ...{ name: "sla", targetUrl: `${target.url}/`, durationSeconds: PLANNED_SECONDS },
  ...{ gracefulStopSeconds: 1, loadProfile: { type: "CONSTANT", initialRps: 50 } },
  ...change,
});

let runs = 0;

/** `onrush run` to its end: its exit code, what it printed, and the run. */
async function runFile(scenario: ScenarioInput, ...args: string[]) {
  const name = join(scratch, `run-${runs++}`);
  await writeFile(`${name}.json`, JSON.stringify(scenario));
  const output = `${name}.out.json`;
  const onrush = new OnrushProcess(["run", `${name}.json`, "--json", output, ...args]);
  const code = await onrush.exited;
  const run = runViewSchema.parse(JSON.parse(await readFile(output, "utf8")));
  return { code, printed: onrush.output, run };
}

/** The last second of the run in which the target saw a request begin. */
async function lastArrivalSecond(target: TestTarget, run: RunView): Promise<number> {
  const originUs = Date.parse(run.startedAt ?? "") * 1000;
  const answer = await fetch(`${target.url}/__perSecond?originUs=${originUs}`);
  const { perSecond } = (await answer.json()) as { perSecond: { second: number }[] };
  return Math.max(...perSecond.map(({ second }) => second));
}

/** A machine too busy for a valid run says so first. */
const failedCode = ({ verdict }: RunView) => (verdict.validity === "INVALID" ? 4 : 3);

describe.each(engines)("%s", (_name, start) => {
  let platform: TestPlatform;
  beforeAll(async () => void (platform = await start(2)));
  afterAll(() => platform.stop());

  async function expectAborted(target: TestTarget, line: string) {
    const scenario = load(target, { numWorkers: 2, sla: ["requests > 0", line] });
    const { code, printed, run } = await runFile(scenario, "--controller", platform.api.url);
    const result = run.sla[1];
    expect(run.state).toBe("STOPPED");
    expect(run.verdict.sla).toBe("FAILED");
    expect(result).toMatchObject({ text: line, status: "FAILED", aborted: true });
    expect(code).toBe(failedCode(run));
    expect(run.events.filter(({ text }) => text.includes(line))).toMatchObject([{ kind: "error" }]);
    expect(printed).toContain(line);
    const brokenAt = result?.failedAtSecond ?? Infinity;
    // The second has to close and the word to get around; what is due until then is sent.
    expect(await lastArrivalSecond(target, run)).toBeLessThanOrEqual(brokenAt + 3);
    return run;
  }

  test("a broken line with abort ends the load, and the run has failed", async () => {
    const run = await expectAborted(failing, "errorRate < 10% over 3s abort");
    expect(run.sla[0]).toMatchObject({ status: "PASSED" });
    expect(run.sla[1]).toMatchObject({ failedAtSecond: 2, unit: "%" });
    expect(run.sla[1]?.value).toBeGreaterThan(10);
  });

  test("a target that answers nothing breaks a latency by the age of its requests", async () => {
    const silent = await startTarget("known", "--stall-after-ms", "1", "--stall-ms", "600000");
    let run;
    try {
      run = await expectAborted(silent, "p95 < 500ms over 5s abort");
    } finally {
      await silent.stop();
    }
    expect(run.sla[1]).toMatchObject({ failedAtSecond: 4, unit: "ms" });
    // The oldest have waited for four seconds, and were never answered.
    expect(run.sla[1]?.value).toBeGreaterThanOrEqual(3_000);
    const { sent = 0, ok = 0, interrupted } = run.summary?.requests ?? {};
    expect(interrupted).toBe(sent - ok);
    expect(ok).toBeLessThan(5);
  });

  test("lines that hold pass, and tell what the summary tells", async () => {
    const scenario = load(steady, {
      ...{ durationSeconds: undefined, numWorkers: 2 },
      loadProfile: {
        ...{ type: "STAGES", initialRps: 20 },
        stages: [
          { durationSeconds: 2, targetRps: 20 },
          { durationSeconds: 0, targetRps: 60 },
          { durationSeconds: 2, targetRps: 60 },
        ],
      },
      sla: [
        ...["min > 19ms", "successRate >= 100%", "requests == 160", "status(200) >= 100%"],
        { check: "rps >= 50 over 1s in stage(3) abort", name: "full load" },
        ...["errors == 0 over 2s", "step(request).p50(service) < 5s", "dropped < 1%"],
      ],
    });
    const { run } = await runFile(scenario, "--controller", platform.api.url);
    expect(run.state).toBe("COMPLETED");
    expect(run.sla.map(({ status }) => status)).toEqual(run.sla.map(() => "PASSED"));
    expect(run.verdict.sla).toBe("PASSED");
    expect(run.sla[0]?.value).toBe(run.summary?.response.min);
    expect(run.sla[2]?.value).toBe(run.summary?.requests.sent);
    expect(run.sla[4]).toMatchObject({ name: "full load", unit: "rps" });
    expect(run.summary?.stages).toMatchObject([
      { stage: 1, fromSecond: 0, toSecond: 1, iterations: 40 },
      { stage: 3, fromSecond: 2, toSecond: 3, iterations: 120 },
    ]);
    const sent = (run.summary?.stages ?? []).reduce((sum, { requests }) => sum + requests.sent, 0);
    expect(sent).toBe(run.summary?.requests.sent);
  });

  test("a line without abort that is broken lets the run go on, and fails it", async () => {
    const scenario = load(steady, { durationSeconds: 3, sla: ["p50 < 1ms over 2s", "max < 1ms"] });
    const { code, run } = await runFile(scenario, "--controller", platform.api.url);
    expect(run.state).toBe("COMPLETED");
    expect(run.summary?.requests.sent).toBe(150);
    expect(run.sla).toMatchObject([
      { status: "FAILED", aborted: false, failedAtSecond: 1 },
      { status: "FAILED", aborted: false },
    ]);
    expect(code).toBe(failedCode(run));
  });
});

test("a generator that cannot keep up exits 4, whatever its lines say", async () => {
  const scenario = load(steady, {
    ...{ durationSeconds: 2, maxInFlight: 500, sla: ["p50 < 1us", "requests > 0"] },
    loadProfile: { type: "CONSTANT", initialRps: 500_000 },
  });
  const { code, run } = await runFile(scenario);
  expect(run.verdict).toMatchObject({ validity: "INVALID", sla: "FAILED" });
  expect(code).toBe(4);
});
