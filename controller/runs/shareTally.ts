import type { DueDelta, StepDue, WallDelta } from "@onrush/shared/metrics/delta.ts";
import type { StartCounts } from "../planning/knownStarts.ts";
import { sumCounts } from "@onrush/shared/run/ledger.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";

const NOTHING = new Uint8Array(0);
const ended = (counts: { ok: number; failed: number; neutral: number; interrupted: number }) =>
  counts.ok + counts.failed + counts.neutral + counts.interrupted;

/** As it is stored with a run. */
export interface StoredTally {
  accounted: number;
  /** Older documents have none. */
  started?: number;
  openIterations: number;
  openRequests: [step: number, count: number][];
  /** Older documents have none. */
  requests?: ReportedRequests;
}

/** What a share has reported of its requests, for what it may have sent besides. */
export interface ReportedRequests {
  sent: number;
  /** In the second in which it sent the most. */
  busiestSecond: number;
  /** Iterations that were in flight by the last report when the share was lost. */
  cutOff: number;
}

export const noRequests: ReportedRequests = { sent: 0, busiestSecond: 0, cutOff: 0 };

/** What a share has reported in all, and what of it has no result yet. */
export class ShareTally {
  /** Iterations started or dropped. */
  accounted = 0;
  #started = 0;
  #openIterations = 0;
  /** Step to requests sent and not ended. */
  readonly #openRequests = new Map<number, number>();
  #requests: Readonly<ReportedRequests> = noRequests;

  static of({
    accounted,
    started,
    openIterations,
    openRequests,
    requests,
  }: StoredTally): ShareTally {
    const tally = new ShareTally();
    tally.accounted = accounted;
    // Unknown, it is taken too high: then less than is true is known of what was begun later.
    tally.#started = started ?? accounted;
    tally.#openIterations = openIterations;
    tally.#requests = requests ?? noRequests;
    for (const [step, count] of openRequests) tally.#openRequests.set(step, count);
    return tally;
  }

  get stored(): StoredTally {
    const { accounted } = this;
    const started = this.#started;
    const openRequests = [...this.#openRequests].filter(([, count]) => count !== 0);
    const { requests } = this;
    return { accounted, started, openIterations: this.#openIterations, openRequests, requests };
  }

  get requests(): ReportedRequests {
    return this.#requests;
  }

  /** Reported. */
  get starts(): StartCounts {
    return { started: this.#started, dropped: this.accounted - this.#started };
  }

  add({ due, wall }: Pick<Snapshot, "due" | "wall">): void {
    for (const delta of due) {
      this.accounted += delta.started + sumCounts(delta.dropped);
      this.#started += delta.started;
      this.#openIterations += delta.started - ended(delta);
      for (const step of delta.steps) this.#open(step.step, -ended(step));
    }
    for (const { steps } of wall) {
      for (const { step, sent } of steps) this.#open(step, sent);
      this.#sent(steps.reduce((sum, { sent }) => sum + sent, 0));
    }
  }

  /** Ends, by due second `second`, what was in flight: how it ended nobody knows any more. */
  interruptAll(second: number): DueDelta {
    const open = [...this.#openRequests].filter(([, count]) => count > 0);
    const iterations = { started: 0, interrupted: Math.max(0, this.#openIterations) };
    const steps = open.map(([step, interrupted]) => interruptedRequests(step, interrupted));
    const delta = interruptedIterations(second, iterations, steps);
    const cutOff = this.#requests.cutOff + Math.max(0, this.#openIterations);
    this.#requests = { ...this.#requests, cutOff };
    this.#openIterations = 0;
    this.#openRequests.clear();
    return delta;
  }

  #sent(count: number): void {
    const { sent, busiestSecond, cutOff } = this.#requests;
    const most = Math.max(busiestSecond, count);
    this.#requests = { sent: sent + count, busiestSecond: most, cutOff };
  }

  #open(step: number, change: number): void {
    this.#openRequests.set(step, (this.#openRequests.get(step) ?? 0) + change);
  }
}

/**
 * Iterations that were begun and of which nothing more is known: each has sent the requests of its
 * `first` steps, which were interrupted.
 */
export function interruptedStarts(
  { second, started }: { second: number; started: number },
  first: readonly number[] = [0],
): { due: DueDelta; wall: WallDelta } {
  const counts = { started, interrupted: started };
  const requests = first.map((step) => interruptedRequests(step, started));
  const sent = { sent: started, completed: 0, bytesSent: 0, bytesReceived: 0, redirects: 0 };
  return {
    due: interruptedIterations(second, counts, requests),
    wall: {
      ...{ second, inFlight: 0, users: 0, connections: 0, lateness: NOTHING },
      steps: first.map((step) => ({ step, ...sent })),
    },
  };
}

function interruptedIterations(
  second: number,
  counts: Pick<DueDelta, "started" | "interrupted">,
  steps: StepDue[],
): DueDelta {
  const none = { dropped: {}, ok: 0, failed: 0, neutral: 0 };
  return { second, ...counts, ...none, iterationDuration: NOTHING, steps };
}

function interruptedRequests(step: number, interrupted: number): StepDue {
  const empty = { statusCodes: {}, errors: {}, outcomes: {}, phases: {}, checks: {} };
  const none = { ok: 0, failed: 0, neutral: 0, response: NOTHING, service: NOTHING };
  return { step, interrupted, ...none, ...empty };
}
