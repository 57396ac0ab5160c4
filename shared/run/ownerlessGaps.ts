import { firstOf } from "./firstOf.ts";
import type { RunState } from "./runMessages.ts";
import { handbackWords } from "./takeOver.ts";

interface Gap {
  fromMs: number;
  toMs: number;
  workerIds: Set<string>;
}

const seconds = (ms: number) => `${Number((ms / 1000).toFixed(1))} s`;

/**
 * When nobody had what workers handed back for want of a controller, in words; what overlaps is one.
 * `endMs` is where the load ends, from the start of the run.
 */
export function ownerlessGaps({ shares }: RunState, endMs: number): string[] {
  const gaps: Gap[] = [];
  const handedBack = shares.filter((share) => share.handedBack?.reason === "noOwner");
  for (const share of handedBack.toSorted((a, b) => (a.handbackMs ?? 0) - (b.handbackMs ?? 0))) {
    const fromMs = share.handbackMs ?? 0;
    const toMs = Math.min(share.cutMs ?? Infinity, endMs);
    const last = gaps.at(-1);
    if (toMs <= fromMs) continue;
    if (last === undefined || last.toMs < fromMs) {
      gaps.push({ fromMs, toMs, workerIds: new Set([share.workerId]) });
    } else {
      last.toMs = Math.max(last.toMs, toMs);
      last.workerIds.add(share.workerId);
    }
  }
  return gaps.map(({ fromMs, toMs, workerIds }) => {
    const why = `${firstOf(workerIds)}: ${handbackWords.noOwner}`;
    return `${why}; what was due there from ${seconds(fromMs)} to ${seconds(toMs)} was lost`;
  });
}
