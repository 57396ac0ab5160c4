import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { freeze, thaw } from "../chaos/signals.ts";
import { childPids } from "./childPids.ts";
import { loggedArrivalsMs } from "./loggedValues.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { engines, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";
import { expectAllStarted, withheldMs } from "./standstills.ts";
import { TurningTarget, turns, users } from "./turningTarget.ts";

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

/** Far above what counts as late, and far below what counts as dead. */
const STANDSTILL_MS = 500;

let runs = 0;

/** `onrush run` to its end: its exit code, what it printed, and the run. */
async function runFile(scenario: ScenarioInput, ...args: string[]) {
  return (await startRun(scenario, ...args)).ended();
}

async function startRun(scenario: ScenarioInput, ...args: string[]) {
  const name = join(scratch, `run-${runs++}`);
  await writeFile(`${name}.json`, JSON.stringify(scenario));
  const output = `${name}.out.json`;
  const command = ["run", `${name}.json`, "--json", output, ...args];
  const onrush = new OnrushProcess(command, { WORKER_THREADS: "1" });
  return { onrush, ended: () => outcome(onrush, output) };
}

async function outcome(onrush: OnrushProcess, output: string) {
  const code = await onrush.exited;
  const run = runViewSchema.parse(JSON.parse(await readFile(output, "utf8")));
  return { code, printed: onrush.output, run };
}

/** Load ends at most this long after the second that has broken a line. */
const ENDS_WITHIN_SECONDS = 2;

/** When the target saw the last request of the run begin, in seconds of the run. */
async function lastArrivalSeconds(target: TestTarget, run: RunView): Promise<number> {
  const arrivalsMs = await loggedArrivalsMs(target.url);
  return (Math.max(...arrivalsMs) - Date.parse(run.startedAt ?? "")) / 1000;
}

/** What does not hold when a machine that stood still has made a run drop some of its arrivals. */
const OF_THE_SCHEDULE = /^(?:requests|dropped|rps)/;

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
    const brokenUntil = (result?.failedAtSecond ?? -Infinity) + 1;
    // The second has to close and the word to get around; what is due until then is sent.
    const goesOnSeconds = (await lastArrivalSeconds(target, run)) - brokenUntil;
    const brokenMs = Date.parse(run.startedAt ?? "") + brokenUntil * 1000;
    const withheld = withheldMs(brokenMs, brokenMs + goesOnSeconds * 1000) / 1000;
    expect(goesOnSeconds).toBeLessThanOrEqual(ENDS_WITHIN_SECONDS + withheld);
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
        // By due seconds: how a busy machine shifts them by a little makes no difference.
        { check: "iterations >= 40 over 1s in stage(3) abort", name: "full load" },
        ...["errors == 0 over 2s", "step(request).p50(service) < 5s", "dropped < 1%"],
        "rps >= 50 in stage(3)",
      ],
    });
    const { run } = await runFile(scenario, "--controller", platform.api.url);
    expect(run.state).toBe("COMPLETED");
    expectAllStarted(run, 160, 60);
    const { started, dropped } = run.ledger;
    const held = run.sla.filter(({ text }) => dropped === 0 || !OF_THE_SCHEDULE.test(text));
    expect(held.map(({ status }) => status)).toEqual(held.map(() => "PASSED"));
    if (dropped === 0) expect(run.verdict.sla).toBe("PASSED");
    expect(run.sla[0]?.value).toBe(run.summary?.response.min);
    expect(run.sla[2]?.value).toBe(run.summary?.requests.sent);
    expect(run.sla[4]).toMatchObject({ name: "full load" });
    expect(run.sla.at(-1)).toMatchObject({ unit: "rps" });
    const stages = run.summary?.stages ?? [];
    expect(stages).toMatchObject([
      { stage: 1, fromSecond: 0, toSecond: 1 },
      { stage: 3, fromSecond: 2, toSecond: 3 },
    ]);
    const iterations = stages.map((stage) => stage.iterations);
    expect(iterations.reduce((sum, some) => sum + some, 0)).toBe(started);
    if (dropped === 0) expect(iterations).toEqual([40, 120]);
    const sent = stages.reduce((sum, { requests }) => sum + requests.sent, 0);
    expect(sent).toBe(run.summary?.requests.sent);
  });

  test("a line without abort that is broken lets the run go on, and fails it", async () => {
    const scenario = load(steady, { durationSeconds: 3, sla: ["p50 < 1ms over 2s", "max < 1ms"] });
    const { code, run } = await runFile(scenario, "--controller", platform.api.url);
    expect(run.state).toBe("COMPLETED");
    expectAllStarted(run, 150);
    expect(run.summary?.requests.sent).toBe(run.ledger.started);
    expect(run.sla).toMatchObject([
      { status: "FAILED", aborted: false, failedAtSecond: 1 },
      { status: "FAILED", aborted: false },
    ]);
    expect(code).toBe(failedCode(run));
  });
});

describe("a target that turns bad in a known second, by its own clock", () => {
  const TURN_AFTER_SECONDS = 10;

  test.concurrent.each([
    ["errors", "errorRate < 10% over 1s abort"],
    ["slowness", "p95 < 500ms over 1s abort"],
    ["silence", "p95 < 500ms over 1s abort"],
    ["silence", "max < 500ms abort"],
  ] as const)("%s: %s exits 3, and the load has ended within 2 s", async (turn, limit) => {
    const target = await TurningTarget.start(TURN_AFTER_SECONDS * 1000, turns[turn]);
    const line = `workload(turning).${limit}`;
    const scenario: ScenarioInput = {
      ...{ name: turn, durationSeconds: PLANNED_SECONDS, gracefulStopSeconds: 1, sla: [line] },
      workloads: [
        users(`${target.url}/turning`, "turning", 20),
        users(`${target.url}/steady`, "steady", 2),
      ],
    };
    const { code, printed, run } = await runFile(scenario).finally(() => target.stop());
    expect(run.sla).toMatchObject([{ text: line, status: "FAILED", aborted: true }]);
    const why = run.verdict.reasons.join("\n");
    expect([code, run.state, run.verdict.sla], why).toEqual([3, "STOPPED", "FAILED"]);
    expect(printed).toContain(`SLA line "${line}" is broken`);
    const brokenAfterMs = limit.includes("over 1s") ? 1_000 : 2_000;
    const goesOnMs = target.askedAfterTurnMs - brokenAfterMs;
    const lastMs = Date.now() - target.quietMs;
    const withheld = withheldMs(lastMs - target.askedAfterTurnMs, lastMs);
    expect(goesOnMs).toBeLessThanOrEqual(ENDS_WITHIN_SECONDS * 1000 + withheld);
    // It did not end by itself, and not before.
    expect(target.askedAfterTurnMs).toBeGreaterThan(0);
  });
});

describe("a generator that cannot keep up exits 4, whatever its lines say", () => {
  const sla = ["p50 < 1us", "requests > 0"];

  test("as one thread is asked for far more than one thread can do", async () => {
    const scenario = load(steady, {
      ...{ durationSeconds: 2, maxInFlight: 500, sla },
      loadProfile: { type: "CONSTANT", initialRps: 500_000 },
    });
    const { code, run } = await runFile(scenario);
    expect(run.verdict).toMatchObject({ validity: "INVALID", sla: "FAILED" });
    expect(code).toBe(4);
  });

  test("as it stands still for a while, which makes it late whatever the rate", async () => {
    const scenario = load(steady, { durationSeconds: 4, sla });
    const { onrush, ended } = await startRun(scenario, "--update", "1s");
    await onrush.waitFor(/^Total:/m);
    const [pid = -1] = await childPids(onrush.pid);
    freeze({ pid });
    await pause(STANDSTILL_MS);
    thaw({ pid });
    const { code, run } = await ended();
    expect(run.verdict).toMatchObject({ validity: "INVALID", sla: "FAILED" });
    expect(run.verdict.reasons.join("; ")).toContain("lateness p99 was above 5 ms");
    expect(code).toBe(4);
  });
});
