import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "./context.ts";
import type { GroupResult } from "./figures.ts";
import { closedRound, plainStep } from "./onrush/onrushRound.ts";
import { coresOfThisMachine } from "./machine.ts";
import { alternate } from "./rounds.ts";
import { startTarget } from "./target/target.ts";

const CONNECTIONS = 64;

const round = (context: Context, threads: number) => () =>
  closedRound(context, plainStep(context.target.url), CONNECTIONS, threads);

/**
 * What dividing a load over two engine threads costs: both on the same core, as fast as it can; and
 * what it brings where each has one, and the target two more.
 */
export async function threadsGroup(context: Context): Promise<GroupResult> {
  const cores = coresOfThisMachine(2);
  const folder = join(context.folder, "two-cores");
  mkdirSync(folder, { recursive: true });
  const target = cores.target === null ? undefined : await startTarget(cores.target, folder, 2);
  try {
    return await contest(context, target && { ...context, target, cores });
  } finally {
    await target?.stop();
  }
}

async function contest(context: Context, wide: Context | undefined): Promise<GroupResult> {
  const onOneCore = [
    { name: "1 thread", round: round(context, 1) },
    { name: "2 threads", round: round(context, 2) },
  ];
  const onTwoCores = wide && [
    { name: "1 thread of two cores", round: round(wide, 1) },
    { name: "2 threads of two cores", round: round(wide, 2) },
  ];
  const contenders = [...onOneCore, ...(onTwoCores ?? [])];
  return {
    name: "threads",
    title: `Engine threads on the same core, where there are four also on two, closed loop, ${CONNECTIONS} connections`,
    columns: [
      ...(["requestsPerSecond", "cpuUsPerRequest", "unaccounted"] as const),
      ...(["generatorCpu", "targetCpu", "othersCpu", "failed"] as const),
    ],
    contenders: await alternate(contenders, context.rounds, context.tell),
    notes: [
      "unaccounted: differences between the plan, the threads' counters and the recorded seconds, added up",
    ],
  };
}
