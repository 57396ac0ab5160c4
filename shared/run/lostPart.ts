import type { ShareState } from "./runMessages.ts";

/** Every arrival due before this is reported, or was somebody else's: microseconds of the run. */
export function reportedUntilUs({ watermark, fromMs }: ShareState): number {
  return Math.max((watermark + 1) * 1e6, fromMs * 1000);
}

/**
 * The stretch of a share that nobody begins: after what a lost one has reported or is known to have
 * begun, or where its worker handed it back, until others take over. Microseconds from the start of
 * the run, from `fromUs` to before `toUs`; undefined when there is none.
 */
export function lostPart(share: ShareState): { fromUs: number; toUs: number } | undefined {
  const { handbackMs, cutMs, loss } = share;
  const toUs = cutMs === null ? Infinity : cutMs * 1000;
  const handbackUs = handbackMs === null ? Infinity : handbackMs * 1000;
  if (share.phase === "lost") {
    const fromUs = Math.max(reportedUntilUs(share), loss?.knownUntilUs ?? 0);
    return { fromUs: Math.min(fromUs, handbackUs), toUs };
  }
  return handbackMs === null ? undefined : { fromUs: handbackUs, toUs };
}
