import type { IncomingMessage, ServerResponse } from "node:http";
import { emptyAnswer, send, textAnswer } from "../answer.ts";
import { callAt } from "../clock.ts";
import type { DelayDistribution } from "./drawnDelayMs.ts";
import { delayAtShare, drawnShare } from "./drawnDelayMs.ts";

/** What behaviours count, since start or reset. */
export interface BehaviourCounts {
  killed: number;
}

/**
 * What a known server does with arrival `arrivalNumber` (0, 1, 2, … since start or reset).
 * It owns the response: answer it, delay it, or destroy its socket. `counts` are those of the
 * period that the arrival belongs to.
 */
export type Behaviour = (
  arrivalNumber: number,
  request: IncomingMessage,
  response: ServerResponse,
  counts: BehaviourCounts,
) => void;

/** Answers `ok` at once. `statuses` repeats: arrival n gets `statuses[n % length]`. */
export function answerOk(statuses: readonly number[]): Behaviour {
  const answers = statuses.map((status) =>
    hasBody(status) ? textAnswer(status, "text/plain", "ok") : emptyAnswer(status),
  );
  return (arrivalNumber, _request, response) => {
    const answer = answers[arrivalNumber % answers.length];
    if (answer !== undefined) send(response, answer);
  };
}

export function hasBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

/** Hands every arrival to `next` after `delayMs`, never earlier; 0 means at once. */
export function fixedDelay(delayMs: number, next: Behaviour): Behaviour {
  return delayMs === 0 ? next : delayed(() => delayMs, next);
}

/** Hands arrival n to `next` after `drawnDelayMs` of this distribution, never earlier. */
export function drawnDelay(
  distribution: DelayDistribution,
  seed: number,
  next: Behaviour,
): Behaviour {
  return delayed((number) => delayAtShare(distribution, drawnShare(seed, number)), next);
}

function delayed(delayMsOf: (arrivalNumber: number) => number, next: Behaviour): Behaviour {
  return (arrivalNumber, request, response, counts) => {
    callAt(performance.now() + delayMsOf(arrivalNumber), () =>
      next(arrivalNumber, request, response, counts),
    );
  };
}

/**
 * Destroys the connection of arrivals N-1, 2N-1, … at once and counts them; the others go to
 * `next`. Answers still pending on such a connection (pipelining) are lost with it.
 */
export function killEvery(everyN: number, next: Behaviour): Behaviour {
  return (arrivalNumber, request, response, counts) => {
    if ((arrivalNumber + 1) % everyN === 0) {
      counts.killed += 1;
      request.socket.destroy();
    } else {
      next(arrivalNumber, request, response, counts);
    }
  };
}

/**
 * The shortest repeating order in which each status appears by its weight, evenly spread
 * (nginx's smooth weighted round robin): {200: 3, 500: 1} → 200, 200, 500, 200. Its length is
 * the sum of the reduced weights; within it the counts are exact.
 */
export function spreadStatuses(weights: ReadonlyMap<number, number>): number[] {
  const divisor = [...weights.values()].reduce(greatestCommonDivisor, 0);
  if (divisor === 0) return [];
  const lanes = [...weights].map(([status, weight]) => ({
    status,
    weight: weight / divisor,
    credit: 0,
  }));
  const total = lanes.reduce((sum, lane) => sum + lane.weight, 0);
  return Array.from({ length: total }, () => {
    for (const lane of lanes) lane.credit += lane.weight;
    const next = lanes.reduce((best, lane) => (lane.credit > best.credit ? lane : best));
    next.credit -= total;
    return next.status;
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
