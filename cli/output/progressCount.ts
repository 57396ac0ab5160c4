import type { SecondView } from "@onrush/shared/api/secondView.ts";

/** Cumulative counts over the closed seconds of a run. */
export interface Progress {
  seconds: number;
  sent: number;
  ok: number;
  failed: number;
  neutral: number;
  dropped: number;
  /** Iterations that came to an end, or never will begin. */
  done: number;
}

const nothing: Progress = {
  ...{ seconds: 0, sent: 0, ok: 0, failed: 0, neutral: 0, dropped: 0, done: 0 },
};

function withSecond(total: Progress, view: SecondView): Progress {
  const { sent, ok, failed, neutral, dropped } = view;
  return {
    seconds: total.seconds + 1,
    sent: total.sent + sent,
    ok: total.ok + ok,
    failed: total.failed + failed,
    neutral: total.neutral + neutral,
    dropped: total.dropped + dropped,
    done: total.done + ok + failed + neutral + view.interrupted + dropped + view.lost,
  };
}

/** Adds up seconds; a higher revision of a second replaces the lower one. */
export class ProgressCount {
  readonly #seconds = new Map<number, SecondView>();
  newest: SecondView | undefined;

  add(view: SecondView): void {
    const known = this.#seconds.get(view.second);
    if (known !== undefined && known.rev >= view.rev) return;
    this.#seconds.set(view.second, view);
    if (view.second >= (this.newest?.second ?? 0)) this.newest = view;
  }

  total(): Progress {
    return [...this.#seconds.values()].reduce(withSecond, nothing);
  }

  /** Requests per second over the last `count` closed seconds. */
  rate(count: number): number {
    const last = this.newest?.second ?? -1;
    const from = Math.max(0, last - count + 1);
    let sent = 0;
    for (let second = from; second <= last; second++) sent += this.#seconds.get(second)?.sent ?? 0;
    return last < from ? 0 : sent / (last - from + 1);
  }
}
