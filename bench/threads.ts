import type { Context } from "./context.ts";
import type { GroupResult } from "./figures.ts";
import { closedRound, plainStep } from "./onrush/onrushRound.ts";
import { alternate } from "./rounds.ts";

const CONNECTIONS = 64;

/** What dividing a load over two engine threads costs: both on the same core, as fast as it can. */
export async function threadsGroup(context: Context): Promise<GroupResult> {
  const contenders = [1, 2].map((threads) => ({
    name: threads === 1 ? "1 thread" : `${threads} threads`,
    round: () => closedRound(context, plainStep(context.target.url), CONNECTIONS, threads),
  }));
  return {
    name: "threads",
    title: `Engine threads on the same core, closed loop, ${CONNECTIONS} connections`,
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
