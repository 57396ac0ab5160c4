import type { Context } from "./context.ts";
import type { GroupResult } from "./figures.ts";
import { openRound } from "./onrush/onrushRound.ts";
import { alternate } from "./rounds.ts";

const RPS = 20_000;

/** What dividing a schedule over two engine threads on the same core costs. */
export async function threadsGroup(context: Context): Promise<GroupResult> {
  const contenders = [1, 2].map((threads) => ({
    name: threads === 1 ? "1 thread" : `${threads} threads`,
    round: () => openRound(context, RPS, threads),
  }));
  return {
    name: "threads",
    title: `Engine threads at ${RPS.toLocaleString("en")}/s on the same core`,
    columns: [
      ...(["cpuUsPerRequest", "startedPercent", "latenessP99Ms", "unaccounted"] as const),
      ...(["generatorCpu", "targetCpu", "othersCpu", "failed"] as const),
    ],
    contenders: await alternate(contenders, context.rounds, context.tell),
    notes: [
      "unaccounted: differences between the plan, the threads' counters and the recorded seconds, added up",
    ],
  };
}
