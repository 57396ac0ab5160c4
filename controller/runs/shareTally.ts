import type { DueDelta } from "@onrush/shared/metrics/delta.ts";
import { sumCounts } from "@onrush/shared/run/ledger.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";

const NOTHING = new Uint8Array(0);
const ended = (counts: { ok: number; failed: number; neutral: number; interrupted: number }) =>
  counts.ok + counts.failed + counts.neutral + counts.interrupted;

/** What a share has reported in all, and what of it has no result yet. */
export class ShareTally {
  /** Iterations started or dropped. */
  accounted = 0;
  #openIterations = 0;
  /** Step to requests sent and not ended. */
  readonly #openRequests = new Map<number, number>();

  add({ due, wall }: Pick<Snapshot, "due" | "wall">): void {
    for (const delta of due) {
      this.accounted += delta.started + sumCounts(delta.dropped);
      this.#openIterations += delta.started - ended(delta);
      for (const step of delta.steps) this.#open(step.step, -ended(step));
    }
    for (const delta of wall) for (const step of delta.steps) this.#open(step.step, step.sent);
  }

  /** Ends, by due second `second`, what was in flight: how it ended nobody knows any more. */
  interruptAll(second: number): DueDelta {
    const outcomes = { ok: 0, failed: 0, neutral: 0 };
    const empty = { statusCodes: {}, errors: {}, outcomes: {}, phases: {}, checks: {} };
    const open = [...this.#openRequests].filter(([, count]) => count > 0);
    const delta: DueDelta = {
      ...{ second, started: 0, dropped: {}, ...outcomes },
      interrupted: Math.max(0, this.#openIterations),
      iterationDuration: NOTHING,
      steps: open.map(([step, interrupted]) => ({
        ...{ step, ...outcomes, interrupted, ...empty },
        ...{ response: NOTHING, service: NOTHING },
      })),
    };
    this.#openIterations = 0;
    this.#openRequests.clear();
    return delta;
  }

  #open(step: number, change: number): void {
    this.#openRequests.set(step, (this.#openRequests.get(step) ?? 0) + change);
  }
}
