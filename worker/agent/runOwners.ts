import type { BeatReply } from "@onrush/shared/wire/heartbeat.ts";

interface Known {
  /** Where it was heard of last, also after it was gone: it may only have been forgotten. */
  url: string | undefined;
  /** Since when every answer has said that nobody owns the run. */
  ownerlessSinceMs: number | undefined;
}

/** Who owns the runs of this worker's shares. Times are milliseconds of any one clock. */
export class RunOwners {
  readonly #runs = new Map<string, Known>();

  heard(owners: BeatReply["owners"], nowMs: number): void {
    for (const [runId, url] of Object.entries(owners)) {
      const known = this.#runs.get(runId);
      if (url !== null) this.#runs.set(runId, { url, ownerlessSinceMs: undefined });
      else {
        const ownerlessSinceMs = known?.ownerlessSinceMs ?? nowMs;
        this.#runs.set(runId, { url: known?.url, ownerlessSinceMs });
      }
    }
  }

  /** The directory did not answer: nobody can tell who owns what, so nobody is missing. */
  unheard(): void {
    for (const known of this.#runs.values()) known.ownerlessSinceMs = undefined;
  }

  /** Undefined when there is nobody to ask: never heard of, or the other end of the link. */
  urlOf(runId: string): string | undefined {
    return this.#runs.get(runId)?.url || undefined;
  }

  /** The runs without an owner for longer than `limitMs`. */
  ownerless(limitMs: number, nowMs: number): string[] {
    return [...this.#runs]
      .filter(([, { ownerlessSinceMs }]) => nowMs - (ownerlessSinceMs ?? Infinity) > limitMs)
      .map(([runId]) => runId);
  }

  forget(runId: string): void {
    this.#runs.delete(runId);
  }
}
