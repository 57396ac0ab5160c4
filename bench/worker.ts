import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { Context } from "./context.ts";
import { type GroupResult, type Sample, summarise } from "./figures.ts";
import { startProgram } from "./programs.ts";

const ONRUSH = fileURLToPath(new URL("../onrush", import.meta.url));
const SAMPLE_EVERY_MS = 250;
const USERS = 10_000;
/** The program is up by then, and hardly anybody there. */
const BEFORE_USERS = 2_000 / SAMPLE_EVERY_MS;

type Scenario = Omit<ScenarioInput, "name" | "targetUrl">;

/** Each user with a connection of its own, and every three seconds a request. */
function ramp(...stages: [seconds: number, users: number][]): Scenario {
  return {
    connections: "perUser",
    loadProfile: {
      type: "VU_STAGES",
      paceSeconds: 3,
      stages: stages.map(([durationSeconds, targetVus]) => ({ durationSeconds, targetVus })),
    },
  };
}

/** The whole platform, not pinned: controller, and one worker with one engine thread. */
const cases: { name: string; scenario(seconds: number): Scenario }[] = [
  {
    name: "20,000/s",
    scenario: (durationSeconds) => ({
      durationSeconds,
      connections: 64,
      loadProfile: { type: "CONSTANT", initialRps: 20_000 },
    }),
  },
  {
    // Each row is taken once and then again: all of them have been rendered.
    name: "20,000/s of 100,000 data rows",
    scenario: () => ({
      durationSeconds: 10,
      connections: 64,
      headers: { "x-user": "{{data.users.name}}", "x-plan": "{{data.users.plan}}" },
      data: {
        users: {
          generate: {
            count: 100_000,
            fields: {
              name: "user-{{row}}",
              plan: { weighted: { free: 50, pro: 30, enterprise: 20 } },
            },
          },
          pick: "sequential",
        },
      },
      loadProfile: { type: "CONSTANT", initialRps: 20_000 },
    }),
  },
  {
    // A few hundred in 20 s, all of them 30 s later, none 10 s after that.
    name: "0 to 10,000 users",
    scenario: () => ramp([20, 300], [30, USERS], [10, 0]),
  },
  {
    // Half as long: 500 connections a second instead of 323.
    name: "0 to 10,000 users in 20 s",
    scenario: () => ramp([20, USERS], [30, USERS], [10, 0]),
  },
];

export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function residentMb(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? undefined : (Number(kib) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}

/** Called again and again with the platform's process id. */
interface Observer {
  everyMs: number;
  look(pid: number): void;
}

/** Its worker's resident memory while `onrush run` is at work, in MB, and what it reported. */
export async function runScenario(context: Context, scenario: Scenario, observer?: Observer) {
  const { folder, target } = context;
  const [file, json] = ["scenario.json", "run.json"].map((name) => join(folder, name));
  if (file === undefined || json === undefined) throw new RangeError("there are two files");
  writeFileSync(file, JSON.stringify({ name: "bench", targetUrl: target.url, ...scenario }));
  const words = [ONRUSH, "run", file, "--quiet", "--json", json];
  const environment = { WORKERS: "1", WORKER_THREADS: "1", ONRUSH_DATA: join(folder, "data") };
  const program = startProgram(words, environment);
  const residentMbs: number[] = [];
  const timer = setInterval(() => {
    const mbs = childrenOf(program.pid).flatMap((pid) => residentMb(pid) ?? []);
    if (mbs.length > 0) residentMbs.push(Math.max(...mbs));
  }, SAMPLE_EVERY_MS);
  const observing = observer && setInterval(() => observer.look(program.pid), observer.everyMs);
  await program.ended;
  clearInterval(timer);
  clearInterval(observing);
  return { run: JSON.parse(readFileSync(json, "utf8")) as RunView, residentMbs };
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function sampleOf(run: RunView, residentMbs: readonly number[]): Sample {
  const { ledger, summary, verdict } = run;
  const fifth = Math.floor(residentMbs.length / 5);
  const early = mean(residentMbs.slice(fifth, 2 * fifth));
  const late = mean(residentMbs.slice(-fifth - 1, -1));
  const residentMb = Math.max(0, ...residentMbs);
  const users = summary?.vus.max ?? 0;
  return {
    requestsPerSecond: summary?.rps ?? 0,
    startedPercent: ledger.scheduled === 0 ? 0 : (100 * ledger.started) / ledger.scheduled,
    latenessRunP99Ms: summary?.lateness.p99 ?? 0,
    residentMb,
    // Users come and go, and so does what they need.
    ...(users === 0 ? { growthPercent: (100 * (late - early)) / early } : {}),
    ...(users === 0
      ? {}
      : { kbPerUser: ((residentMb - (residentMbs[BEFORE_USERS] ?? 0)) * 1000) / users }),
    invalid: verdict.validity === "VALID" ? 0 : 1,
    failed: summary?.requests.failed ?? 0,
  };
}

/** What a worker needs, and whether it keeps up with many users. */
export async function workerGroup(context: Context): Promise<GroupResult> {
  const { seconds, tell } = context;
  tell("warm-up: onrush run");
  const loadProfile = { type: "VUS" as const, vus: 1 };
  await runScenario(context, { durationSeconds: 1, loadProfile });
  const contenders = [];
  const notes: string[] = [];
  for (const { name, scenario } of cases) {
    tell(`round 1/1: ${name}`);
    const { run, residentMbs } = await runScenario(context, scenario(Math.max(5, seconds)));
    contenders.push(summarise(name, [sampleOf(run, residentMbs)]));
    notes.push(
      ...run.verdict.reasons.map((reason) => `${name}: ${run.verdict.validity}: ${reason}`),
    );
  }
  return {
    name: "worker",
    title: "One worker process with one engine thread, as `onrush run` starts it",
    columns: [
      ...(["requestsPerSecond", "startedPercent", "latenessRunP99Ms", "residentMb"] as const),
      ...(["growthPercent", "kbPerUser", "invalid", "failed"] as const),
    ],
    contenders,
    notes: [
      ...notes,
      "growth: of the resident memory from the second fifth of the time to the last; `--only worker --seconds 300` looks at five minutes",
      "KB per user: what the worker has grown by from its third second until all users are there, each with an open connection",
    ],
  };
}
