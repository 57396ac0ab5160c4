import type { SecondView } from "@onrush/shared/api/secondView.ts";

/** Cumulative counts over the closed seconds of a run. */
export interface Progress {
  seconds: number;
  sent: number;
  ok: number;
  failed: number;
  neutral: number;
  dropped: number;
  /** Iterations that have begun, or never will: an iteration of several steps is several requests. */
  begun: number;
}

const nothing: Progress = {
  ...{ seconds: 0, sent: 0, ok: 0, failed: 0, neutral: 0, dropped: 0, begun: 0 },
};

function progressOf(view: SecondView): Progress {
  const { sent, ok, failed, neutral, dropped } = view;
  const begun = view.started + dropped + view.lost;
  return { seconds: 1, sent, ok, failed, neutral, dropped, begun };
}

const sum = (a: Progress, b: Progress): Progress => ({
  seconds: a.seconds + b.seconds,
  sent: a.sent + b.sent,
  ok: a.ok + b.ok,
  failed: a.failed + b.failed,
  neutral: a.neutral + b.neutral,
  dropped: a.dropped + b.dropped,
  begun: a.begun + b.begun,
});

/** Corrections of older seconds do not come any more. */
const KEPT_SECONDS = 60;

/**
 * Adds up seconds; a higher revision of a second replaces the lower one. Only the newest seconds
 * are kept one by one: a run may last for days.
 */
export class ProgressCount {
  readonly #keptSeconds: number;
  readonly #kept = new Map<number, { rev: number; counts: Progress }>();
  #older = nothing;
  newest: SecondView | undefined;

  constructor(keptSeconds = KEPT_SECONDS) {
    this.#keptSeconds = Math.max(KEPT_SECONDS, keptSeconds);
  }

  add(view: SecondView): void {
    if (view.second < this.#firstKept()) return;
    const known = this.#kept.get(view.second);
    if (known !== undefined && known.rev >= view.rev) return;
    this.#kept.set(view.second, { rev: view.rev, counts: progressOf(view) });
    if (view.second < (this.newest?.second ?? 0)) return;
    this.newest = view;
    this.#foldOlder();
  }

  #firstKept(): number {
    return Math.max(0, (this.newest?.second ?? 0) - this.#keptSeconds + 1);
  }

  #foldOlder(): void {
    const first = this.#firstKept();
    for (const [second, { counts }] of this.#kept) {
      if (second >= first) continue;
      this.#older = sum(this.#older, counts);
      this.#kept.delete(second);
    }
  }

  total(): Progress {
    let total = this.#older;
    for (const { counts } of this.#kept.values()) total = sum(total, counts);
    return total;
  }

  /** Requests per second over the last `count` closed seconds, of those that are kept. */
  rate(count: number): number {
    const last = this.newest?.second ?? -1;
    const from = Math.max(this.#firstKept(), last - count + 1);
    let sent = 0;
    for (let second = from; second <= last; second++) {
      sent += this.#kept.get(second)?.counts.sent ?? 0;
    }
    return last < from ? 0 : sent / (last - from + 1);
  }
}
