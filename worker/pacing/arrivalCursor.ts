import type { Schedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import type { Ownership } from "@onrush/shared/schedule/ownership.ts";

/**
 * Walks the arrivals that one engine thread owns. A pure value: it answers "when is the next one
 * due?" and knows neither clock nor network. Times are microseconds from the start of the run.
 */
export class ArrivalCursor {
  /** Due time of the next arrival; Infinity when there is none left. */
  nextDueUs: number;
  /** The workload's number of the next arrival. */
  nextArrival = 0;
  /** Arrivals passed so far. */
  position = 0;
  /** Arrivals owned in all. */
  readonly total: number;
  readonly #schedule: Schedule;
  readonly #ownership: Ownership;
  readonly #startUs: number;

  constructor(schedule: Schedule, ownership: Ownership, startUs: number) {
    this.#schedule = schedule;
    this.#ownership = ownership;
    this.#startUs = startUs;
    this.total = ownership.ownedBelow(schedule.total);
    this.nextDueUs = this.#dueOf(0);
  }

  advance(): void {
    this.position++;
    this.nextDueUs = this.#dueOf(this.position);
  }

  #dueOf(position: number): number {
    if (position >= this.total) return Infinity;
    this.nextArrival = this.#ownership.arrival(position);
    return this.#startUs + this.#schedule.dueUs(this.nextArrival);
  }
}
