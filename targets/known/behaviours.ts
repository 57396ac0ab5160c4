import type { IncomingMessage, ServerResponse } from "node:http";
import { emptyAnswer, send, textAnswer } from "../answer.ts";
import { callAt } from "../clock.ts";

/**
 * What a known server does with arrival `arrivalNumber` (0, 1, 2, … since start or reset).
 * It owns the response: answer it, delay it, or destroy its socket.
 */
export type Behaviour = (
  arrivalNumber: number,
  request: IncomingMessage,
  response: ServerResponse,
) => void;

/** Answers `ok` at once. `statuses` repeats: arrival n gets `statuses[n % length]`. */
export function answerOk(statuses: readonly number[]): Behaviour {
  const answers = statuses.map((status) =>
    status === 204 || status === 304 ? emptyAnswer(status) : textAnswer(status, "text/plain", "ok"),
  );
  return (arrivalNumber, _request, response) => {
    const answer = answers[arrivalNumber % answers.length];
    if (answer !== undefined) send(response, answer);
  };
}

/** Hands every arrival to `next` after `delayMs`, never earlier; 0 means at once. */
export function fixedDelay(delayMs: number, next: Behaviour): Behaviour {
  if (delayMs === 0) return next;
  return (arrivalNumber, request, response) => {
    callAt(performance.now() + delayMs, () => next(arrivalNumber, request, response));
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
