import type { Context } from "./context.ts";
import type { GroupResult } from "./figures.ts";
import { CONNECTIONS, openRound } from "./onrush/onrushRound.ts";
import { alternate } from "./rounds.ts";
import { standstillNote } from "./standstill.ts";

/** Where the engine's compilers share its core they take their turns of 4 ms for so long. */
const WARM_UP_SECONDS = 4;

/** Arrivals by schedule on one engine thread. Limits go by these names. */
const cases = [
  { name: "20,000/s", rps: 20_000, threads: 1, pacing: "timer" },
  { name: "20,000/s precise", rps: 20_000, threads: 1, pacing: "precise" },
  { name: "80,000/s", rps: 80_000, threads: 1, pacing: "timer" },
] as const;

/** How much of a schedule is started, and how late. */
export async function openGroup(context: Context): Promise<GroupResult> {
  const contenders = cases.map(({ name, ...asked }) => ({
    name,
    round: () => openRound(context, { ...asked, warmUpSeconds: WARM_UP_SECONDS }),
  }));
  return {
    name: "open",
    title: `Open model, one engine thread, up to ${CONNECTIONS.toLocaleString("en")} connections`,
    columns: [
      ...([
        "startedPercent",
        "latenessP50Ms",
        "latenessP99Ms",
        "latenessRunP99Ms",
        "p99Ms",
      ] as const),
      ...(["cpuUsPerRequest", "generatorCpu", "targetCpu", "othersCpu", "failed"] as const),
    ],
    contenders: await alternate(contenders, context.rounds, context.tell),
    notes: [
      await standstillNote(context),
      `after ${WARM_UP_SECONDS} s of the same load: until then the engine's compilers work beside it on the same core`,
      "precise: only the engine thread is held to the core; where the process has no other, its own agent would be what it waits for",
      "late p99: of the median second of a round, so that what holds the machine up for a moment does not stand for all of it; beside it that over all arrivals",
    ],
  };
}
