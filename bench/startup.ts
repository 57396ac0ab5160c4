import { type Api } from "@onrush/e2e/system/api.ts";
import {
  startDistributed,
  startEmbedded,
  startTarget,
  type TestPlatform,
  type TestTarget,
} from "@onrush/e2e/system/platforms.ts";
import { OnrushProcess } from "@onrush/e2e/system/onrushProcess.ts";
import type { Context } from "./context.ts";
import type { GroupResult, Sample } from "./figures.ts";
import { alternate } from "./rounds.ts";

const WORKERS = 3;
const RPS = 300;

const engines: Record<string, (workers: number) => Promise<TestPlatform>> = {
  embedded: (workers) => startEmbedded(workers),
  distributed: startDistributed,
};

/** What the target has kept of each request since its reset. */
async function valuesOf(target: TestTarget, path: string): Promise<Float64Array> {
  return new Float64Array(await (await fetch(`${target.url}/${path}`)).arrayBuffer());
}

/**
 * How far apart workers of equal weight begin, by the target's log: arrival n belongs to worker
 * n mod WORKERS and is due at n / RPS.
 */
function skewMs(arrivalsUs: Float64Array, numbers: Float64Array): number {
  const lateMs = Array.from({ length: WORKERS }, (_, worker) => {
    const at = numbers.indexOf(worker);
    return (arrivalsUs[at] ?? Number.NaN) / 1000 - (worker * 1000) / RPS;
  });
  return Math.max(...lateMs) - Math.min(...lateMs);
}

/** The same by what the workers say of themselves; undefined where they do not. */
async function toldSkewMs(api: Api, runId: string): Promise<number | undefined> {
  const run = (await api.call("GET", `/api/v1/runs/${runId}`)) as {
    shares: { startSkewMs?: number | null }[];
  };
  const skews = run.shares.flatMap(({ startSkewMs }) => startSkewMs ?? []);
  if (skews.length < run.shares.length) return undefined;
  return Math.max(...skews) - Math.min(...skews);
}

/** One short run: its first arrival is due at its start. */
async function round(api: Api, target: TestTarget): Promise<Sample> {
  await fetch(`${target.url}/__reset`, { method: "POST" });
  const postedMs = Date.now();
  const { runId } = await api.start({
    ...{ name: "startup", targetUrl: `${target.url}/`, durationSeconds: 1, numWorkers: WORKERS },
    headers: { "x-arrival": "{{iteration}}" },
    loadProfile: { type: "CONSTANT", initialRps: RPS },
  });
  const { summary } = await api.ended(runId);
  const arrivalsUs = await valuesOf(target, "__log");
  const told = await toldSkewMs(api, runId);
  return {
    startMs: (arrivalsUs[0] ?? Number.NaN) / 1000 - postedMs,
    skewMs: skewMs(arrivalsUs, await valuesOf(target, "__numbers")),
    ...(told === undefined ? {} : { toldSkewMs: told }),
    failed: summary?.requests.failed ?? 0,
  };
}

const COMMAND_SECONDS = 10;

/** The whole command without a platform: what it takes beside the time of its load. */
async function commandRound(target: TestTarget): Promise<Sample> {
  const startedMs = performance.now();
  const load = ["--rps", "100", "--duration", `${COMMAND_SECONDS}s`];
  const command = new OnrushProcess(["quick", `${target.url}/`, ...load]);
  const code = await command.exited;
  // 4: too busy for a valid measurement, which is another matter.
  if (code !== 0 && code !== 4) throw new Error(`onrush ended with ${code}: ${command.output}`);
  return { overheadMs: performance.now() - startedMs - COMMAND_SECONDS * 1000 };
}

/** How long people wait for load, and how far apart its workers begin. */
export async function startupGroup(context: Context): Promise<GroupResult> {
  const started: { stop(): Promise<void> }[] = [];
  try {
    const target = await startTarget("known");
    started.push(target);
    const contenders = [];
    for (const [name, start] of Object.entries(engines)) {
      const platform = await start(WORKERS);
      started.push(platform);
      contenders.push({ name, round: () => round(platform.api, target) });
    }
    contenders.push({ name: "quick", round: () => commandRound(target) });
    return {
      name: "startup",
      title: `From the POST to the first request at the target, ${WORKERS} workers that wait`,
      columns: ["startMs", "skewMs", "toldSkewMs", "overheadMs", "failed"],
      contenders: await alternate(contenders, context.rounds, context.tell),
      notes: [
        "quick: `onrush quick` for 10 s without a platform, from its start to its exit",
        "embedded: controller and workers on this machine, over pipes; distributed: over Redis, with MongoDB or what stands in for it",
        "start skew: how far apart the first arrivals of the workers came, each less its due time, by the target's log; beside it what the workers report of themselves",
      ],
    };
  } finally {
    for (const one of started.reverse()) await one.stop();
  }
}
