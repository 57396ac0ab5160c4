import { fileURLToPath } from "node:url";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { Context } from "../context.ts";
import { type CountedRun, countedRun } from "../countedRun.ts";
import type { Sample } from "../figures.ts";
import type { Job, JobResult } from "./job.ts";

/** Of an open schedule. */
export const CONNECTIONS = 1_024;
/** As a scenario has it by default: what is due beyond it is dropped. */
const MAX_IN_FLIGHT = 10_000;

const DRIVER = fileURLToPath(new URL("driver.ts", import.meta.url));

/** The request that everybody sends. */
export function plainStep(url: string): Job["step"] {
  return { name: "get", protocol: "http", method: "GET", url, headers: {} };
}

/** Until most of the code is compiled. */
const WARM_UP_SECONDS = 1;

type Asked = Pick<Job, "step" | "data" | "threads" | "load"> & Partial<Pick<Job, "warmUpSeconds">>;

async function runJob(context: Context, asked: Asked): Promise<[JobResult, CountedRun]> {
  const { seconds, target, cores } = context;
  // A thread that spins has its core for itself: no one would put anything else there.
  const isPrecise = asked.load.type === "open" && asked.load.pacing === "precise";
  const [core, engineCore] = isPrecise ? [null, cores.generator] : [cores.generator, null];
  const { warmUpSeconds = WARM_UP_SECONDS } = asked;
  const job: Job = { ...asked, warmUpSeconds, seconds, engineCore, targetPid: target.pid };
  const ran = await countedRun(context, [process.execPath, DRIVER, JSON.stringify(job)], core);
  return [JSON.parse(ran.output) as JobResult, ran];
}

function sampleOf(result: JobResult, { othersCpu }: CountedRun): Sample {
  const { seconds, requests, failed, cpuSeconds, targetCpuSeconds, unaccounted } = result;
  const { p50Ms, p99Ms } = result;
  return {
    requestsPerSecond: requests / seconds,
    cpuUsPerRequest: (cpuSeconds * 1e6) / requests,
    generatorCpu: cpuSeconds / seconds,
    ...(targetCpuSeconds === null ? {} : { targetCpu: targetCpuSeconds / seconds }),
    ...(othersCpu === null ? {} : { othersCpu }),
    ...{ p50Ms, p99Ms, failed, unaccounted },
  };
}

/** One round of a closed loop of so many users. */
export async function closedRound(
  context: Context,
  step: Job["step"],
  users: number,
  threads = 1,
  data: Task["data"] = {},
): Promise<Sample> {
  const load = { type: "closed", users } as const;
  return sampleOf(...(await runJob(context, { step, data, threads, load })));
}

interface OpenLoad {
  rps: number;
  threads: number;
  pacing: Task["pacing"];
  warmUpSeconds?: number;
}

/** One round of arrivals by schedule. */
export async function openRound(
  context: Context,
  { rps, pacing, ...asked }: OpenLoad,
): Promise<Sample> {
  const load = {
    type: "open",
    rps,
    maxInFlight: MAX_IN_FLIGHT,
    connections: CONNECTIONS,
    pacing,
  } as const;
  const step = plainStep(context.target.url);
  const [result, ran] = await runJob(context, { step, load, ...asked });
  const { scheduled, started, latenessP50Ms, latenessP99Ms, latenessRunP99Ms } = result;
  return {
    ...sampleOf(result, ran),
    startedPercent: (100 * started) / scheduled,
    ...{ latenessP50Ms, latenessP99Ms, latenessRunP99Ms },
  };
}
