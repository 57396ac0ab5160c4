import { execFileSync } from "node:child_process";
import type { Context } from "./context.ts";
import type { GroupResult, Sample } from "./figures.ts";
import { closedRound, CONNECTIONS, openRound, plainStep } from "./onrush/onrushRound.ts";
import { alternate } from "./rounds.ts";
import { treeCpuSeconds } from "./target/targetCpu.ts";
import { childrenOf, runScenario } from "./worker.ts";

/** Of what the bare engine can do at most by a schedule. */
const PART_OF_MAXIMUM = 0.6;
/** At its beginning code is still being compiled, which the bare engine does before it is measured. */
const SETTLED_AFTER_MS = 3_000;
const SAMPLE_EVERY_MS = 100;

interface CpuAt {
  ms: number;
  cpuSeconds: number;
}

/** CPU of the worker that a platform starts, held to a core. */
function watchWorker(core: string | null) {
  const seen: CpuAt[] = [];
  let held = false;
  return {
    seen,
    look(platformPid: number): void {
      const [worker] = childrenOf(platformPid);
      if (worker === undefined) return;
      if (!held && core !== null) {
        const mask = ["--all-tasks", "--pid", "--cpu-list", core, String(worker)];
        execFileSync("taskset", mask, { stdio: "ignore" });
      }
      held = true;
      const cpuSeconds = treeCpuSeconds(worker);
      if (cpuSeconds !== null) seen.push({ ms: Date.now(), cpuSeconds });
    },
  };
}

/** The whole platform at the same rate: only the worker's CPU counts, heartbeats and all. */
async function platformRound(context: Context, rps: number): Promise<Sample> {
  const worker = watchWorker(context.cores.generator);
  const settledSeconds = SETTLED_AFTER_MS / 1000;
  const durationSeconds = context.seconds + settledSeconds;
  const { run } = await runScenario(
    context,
    {
      ...{ durationSeconds, connections: CONNECTIONS },
      loadProfile: { type: "CONSTANT", initialRps: rps },
    },
    { everyMs: SAMPLE_EVERY_MS, look: (pid) => worker.look(pid) },
  );
  const startMs = Date.parse(run.startedAt ?? "") + SETTLED_AFTER_MS;
  const within = worker.seen.filter(({ ms }) => {
    return ms >= startMs && ms < startMs + context.seconds * 1000;
  });
  const [first, last] = [within[0], within.at(-1)];
  if (first === undefined || last === undefined) throw new Error("the worker was not seen at work");
  const seconds = (last.ms - first.ms) / 1000;
  const cpuSeconds = last.cpuSeconds - first.cpuSeconds;
  const { ledger, summary } = run;
  return {
    startedPercent: (100 * ledger.started) / ledger.scheduled,
    // What was not begun has cost next to nothing.
    cpuUsPerRequest: (cpuSeconds * 1e6) / (rps * seconds * (ledger.started / ledger.scheduled)),
    generatorCpu: cpuSeconds / seconds,
    failed: summary?.requests.failed ?? 0,
  };
}

/** Requests per second that are begun of more than can be: users who wait do more than a schedule. */
async function highestRate(context: Context): Promise<number> {
  const closed = await closedRound(context, plainStep(context.target.url), 64);
  const rps = Math.round(closed.requestsPerSecond ?? 0);
  const open = await openRound(context, { rps, threads: 1, pacing: "timer" });
  return (rps * (open.startedPercent ?? 0)) / 100;
}

/** What a worker of the whole platform takes for a request, beside the engine alone. */
export async function platformGroup(context: Context): Promise<GroupResult> {
  context.tell("the highest rate");
  const rps = Math.round((PART_OF_MAXIMUM * (await highestRate(context))) / 1_000) * 1_000;
  const warmUpSeconds = SETTLED_AFTER_MS / 1000;
  const asked = { rps, threads: 1, pacing: "timer", warmUpSeconds } as const;
  const contenders = [
    { name: "engine", round: () => openRound(context, asked) },
    { name: "platform", round: () => platformRound(context, rps) },
  ];
  return {
    name: "platform",
    title: `A worker of the whole platform beside the bare engine, ${rps.toLocaleString("en")}/s (60 % of what it can do)`,
    columns: ["cpuUsPerRequest", "startedPercent", "generatorCpu", "targetCpu", "failed"],
    contenders: await alternate(contenders, context.rounds, context.tell),
    notes: [
      "platform: the worker process that `onrush run` starts, held to the generator's core; its first three seconds do not count, nor do the bare engine's",
    ],
  };
}
