import type { Ownership } from "./ownership.ts";
import type { RateCurve } from "./rateCurve.ts";

/** A straight piece of the number of users; a step has no length. */
interface Piece {
  startUs: number;
  endUs: number;
  from: number;
  to: number;
}

function piecesOf(curve: RateCurve): Piece[] {
  const pieces: Piece[] = [];
  let level = 0;
  for (const segment of curve.segments) {
    const startUs = segment.startMs * 1000;
    const endUs = segment.endMs * 1000;
    const from = segment.fromMilliRps / 1000;
    const to = segment.toMilliRps / 1000;
    if (from !== level) pieces.push({ startUs, endUs: startUs, from: level, to: from });
    if (from !== to) pieces.push({ startUs, endUs, from, to });
    level = to;
  }
  return pieces;
}

/** How many users a curve (in thousandths of a user) has at its peak. */
export function peakUsers(curve: RateCurve): number {
  return Math.ceil(
    curve.segments.reduce((peak, s) => Math.max(peak, s.fromMilliRps, s.toMilliRps), 0) / 1000,
  );
}

/**
 * When the users that one engine thread owns come and go. With V(t) the number of users over time,
 * user i is there while V(t) > i: it comes where V rises through i and goes where V falls to it, so
 * the highest number leaves first. A pure value like `ArrivalCursor`; times are microseconds from
 * the start of the run. What is still there at the end of the curve stays.
 */
export class UserTimeline {
  /** When the next user comes or goes; Infinity when none does any more. */
  nextAtUs = Infinity;
  nextUser = -1;
  nextComes = true;
  readonly #pieces: Piece[];
  readonly #ownership: Ownership;
  readonly #startUs: number;
  #piece = -1;
  /** Local numbers of our users in the piece: the next one, and where it ends. */
  #local = 0;
  #last = 0;

  constructor(curve: RateCurve, ownership: Ownership, startUs: number) {
    this.#pieces = piecesOf(curve);
    this.#ownership = ownership;
    this.#startUs = startUs;
    this.#enterNextPiece();
  }

  advance(): void {
    if (this.#local === this.#last) this.#enterNextPiece();
    else this.#take(this.#local + (this.nextComes ? 1 : -1));
  }

  #enterNextPiece(): void {
    for (;;) {
      const piece = this.#pieces[++this.#piece];
      if (piece === undefined) {
        this.nextAtUs = Infinity;
        return;
      }
      const { from, to } = piece;
      const low = this.#ownership.ownedBelow(Math.ceil(Math.min(from, to)));
      const high = this.#ownership.ownedBelow(Math.ceil(Math.max(from, to))) - 1;
      if (high < low) continue;
      this.nextComes = to > from;
      this.#last = this.nextComes ? high : low;
      return this.#take(this.nextComes ? low : high);
    }
  }

  #take(local: number): void {
    const { startUs, endUs, from, to } = this.#pieces[this.#piece] as Piece;
    this.#local = local;
    this.nextUser = this.#ownership.arrival(local);
    const part = Math.max(0, (this.nextUser - from) / (to - from));
    this.nextAtUs = this.#startUs + startUs + Math.round(part * (endUs - startUs));
  }
}
