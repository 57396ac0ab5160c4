import { expect } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { MachineWitness } from "./machineWitness.ts";

/**
 * What a machine that stood still excuses. It is the machine only where a process without a part in
 * the load has seen it, in the time concerned; where none was seen nothing is excused.
 */

/** From the beginning of a test file to the end of its process. */
const witness = new MachineWitness();
witness.start();

/** An arrival more than 1 s late is dropped; a part of that may be lost before or after. */
const DROPS_AFTER_MS = 800;

/** After a standstill a worker needs an answered heartbeat before it goes on. */
const LEASED_AGAIN_MS = 500;

/** What the generator drops when it could not run. */
const WITHHELD = new Set(["late", "lease"]);

/** The machine stood still long enough that arrivals due between the two moments may be dropped. */
export function mayDrop(fromMs: number, untilMs: number): boolean {
  return witness.between(fromMs - LEASED_AGAIN_MS, untilMs, DROPS_AFTER_MS).length > 0;
}

/** For how long between the two moments a machine that stood still kept load from being sent. */
export function withheldMs(fromMs: number, untilMs = Date.now()): number {
  const again = mayDrop(fromMs, untilMs) ? LEASED_AGAIN_MS : 0;
  return witness.withheldMs(fromMs, untilMs) + again;
}

/** From the beginning of a run's load to its end; nothing, when it had none. */
function timeOf({ startedAt, endedAt }: RunView): [fromMs: number, untilMs: number] {
  const untilMs = endedAt === null ? Date.now() : Date.parse(endedAt);
  return [startedAt === null ? untilMs : Date.parse(startedAt), untilMs];
}

/** The same, of the time of a run's load. */
export function withheldInRun(run: RunView): number {
  return withheldMs(...timeOf(run));
}

/**
 * All that was scheduled was started, but for what a machine that stood still made it drop: no more
 * than `peakRps` (without it, the rate is the same all the time) meanwhile, and for no other reason.
 */
export function expectAllStarted(run: RunView, scheduled: number, peakRps?: number): void {
  const { ledger } = run;
  expect(ledger).toMatchObject({ scheduled, lost: 0 });
  const [fromMs, untilMs] = timeOf(run);
  if (ledger.dropped === 0 || !mayDrop(fromMs, untilMs)) {
    expect(ledger).toMatchObject({ started: scheduled, dropped: 0 });
    return;
  }
  const others = Object.entries(ledger.droppedBy).filter(([reason]) => !WITHHELD.has(reason));
  expect(others.filter(([, count]) => count > 0)).toEqual([]);
  expect(ledger.started + ledger.dropped).toBe(scheduled);
  const rps = peakRps ?? scheduled / (run.summary?.durationSeconds ?? NaN);
  expect(ledger.dropped).toBeLessThanOrEqual((rps * withheldInRun(run)) / 1000);
}

/** All of an open load of one step was started (see above), sent, and received by the target. */
export function expectAllSent(
  run: RunView,
  scheduled: number,
  received: number,
  peakRps?: number,
): void {
  expectAllStarted(run, scheduled, peakRps);
  expect(run.summary?.requests.sent).toBe(run.ledger.started);
  expect(received).toBe(run.ledger.started);
}

/** What says only that the machine was busy with something else, which a test cannot help. */
const BUSY = /lateness p99|% of its cores/;
const DROPPED = /by its own fault/;

/** Why a run is not VALID, without what only tells of the machine. */
export function reasonsBesidesTheMachine(run: RunView): string[] {
  const excused = mayDrop(...timeOf(run)) ? [BUSY, DROPPED] : [BUSY];
  return run.verdict.reasons.filter((reason) => !excused.some((pattern) => pattern.test(reason)));
}
