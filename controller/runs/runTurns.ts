import type { RunState } from "@onrush/shared/run/runMessages.ts";

const TICK_MS = 250;
/** Longer than any work of its own takes. */
const STANDSTILL_MS = 2_000;

/** When a run's supervisor does something: regular ticks, and what comes between them. */
export class RunTurns {
  #timer: NodeJS.Timeout | undefined;
  #tickWaits = false;
  #turnedAtMs = Infinity;

  /**
   * A store that hangs holds each tick up for seconds. What would pile up behind it comes to the
   * same, and would keep reports and stops waiting: so the next is posted when one has begun.
   */
  start(post: (job: () => Promise<void>) => void, tick: () => Promise<void>): void {
    this.#timer = setInterval(() => {
      if (this.#tickWaits) return;
      this.#tickWaits = true;
      post(() => {
        this.#tickWaits = false;
        return tick();
      });
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * To be told of every turn: what was reported while something held them up, or while there is
   * nobody to be heard (`isBlind`), comes first.
   */
  turn(state: RunState, nowMs: number, isBlind: boolean): RunState {
    const lastMs = this.#turnedAtMs;
    this.#turnedAtMs = nowMs;
    const isAway = isBlind || nowMs - lastMs > STANDSTILL_MS;
    return isAway ? { ...state, awayUntilMs: nowMs } : state;
  }
}
