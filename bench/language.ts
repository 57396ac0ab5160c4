import type { Context } from "./context.ts";
import type { GroupResult } from "./figures.ts";
import type { Job } from "./onrush/job.ts";
import { closedRound, plainStep } from "./onrush/onrushRound.ts";
import { alternate } from "./rounds.ts";

const CONNECTIONS = 64;

/**
 * What the scenario language costs: the same request, plain and with what a step can ask for. The
 * first is what the others are measured against; limits go by these names. The templated request
 * (body template, three checks, JSON extraction, data rows) joins here as "templated".
 */
const variants: { name: string; step(url: string): Job["step"] }[] = [
  {
    name: "plain",
    step: (url) => ({ ...plainStep(url), method: "POST", body: { user: "ada", amount: 10 } }),
  },
];

/** Closed loop, like the group of that name, over the raw transport. */
export async function languageGroup(context: Context): Promise<GroupResult> {
  const contenders = variants.map(({ name, step }) => ({
    name,
    round: () => closedRound(context, step(context.target.url), CONNECTIONS),
  }));
  return {
    name: "language",
    title: "The scenario language",
    columns: [
      ...(["requestsPerSecond", "cpuUsPerRequest", "generatorCpu"] as const),
      ...(["targetCpu", "othersCpu", "failed"] as const),
    ],
    contenders: await alternate(contenders, context.rounds, context.tell),
    notes: variants.length === 1 ? ["templates are not part of this version yet"] : [],
  };
}
