import { callAt } from "../clock.ts";
import type { Behaviour } from "./behaviours.ts";

/** Calls `done` at once while open, otherwise as soon as it opens. */
export type Gate = (done: () => void) => void;

/**
 * One stall per reset: it begins `afterMs` after arrival 0 and lasts `durationMs`, and nothing
 * passes its gate meanwhile, also of requests from before the reset.
 */
export class Stall {
  readonly #afterMs: number;
  readonly #durationMs: number;
  /** Closed from `#startMs` until before `#endMs`; no arrival yet, no stall. */
  #startMs = 0;
  #endMs = 0;

  constructor(afterMs: number, durationMs: number) {
    this.#afterMs = afterMs;
    this.#durationMs = durationMs;
  }

  readonly gate: Gate = (done) => {
    const nowMs = performance.now();
    if (nowMs < this.#startMs || nowMs >= this.#endMs) done();
    // Asked again then: a reset may have brought the next stall forward.
    else callAt(this.#endMs, () => this.gate(done));
  };

  /** Starts the clock at arrival 0; must see every arrival. */
  startedBy(next: Behaviour): Behaviour {
    return (arrivalNumber, request, response, counts) => {
      if (arrivalNumber === 0) {
        this.#startMs = performance.now() + this.#afterMs;
        this.#endMs = this.#startMs + this.#durationMs;
      }
      next(arrivalNumber, request, response, counts);
    };
  }

  /** Hands arrivals to `next`, those that come during the stall at its end. */
  hold(next: Behaviour): Behaviour {
    return (arrivalNumber, request, response, counts) => {
      this.gate(() => next(arrivalNumber, request, response, counts));
    };
  }
}
