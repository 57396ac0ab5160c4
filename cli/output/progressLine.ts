import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { count, ms, rate } from "./formatNumbers.ts";

/** Cumulative counts over the closed seconds of a run. */
export interface Progress {
  seconds: number;
  sent: number;
  ok: number;
  failed: number;
}

const plain = (view: SecondView) => ({
  sent: view.sent,
  ok: view.ok + view.neutral,
  failed: view.failed,
});

/** Adds up seconds; a higher revision of a second replaces the lower one. */
export class ProgressCount {
  readonly #seconds = new Map<number, SecondView>();

  add(view: SecondView): void {
    const known = this.#seconds.get(view.second);
    if (known === undefined || known.rev < view.rev) this.#seconds.set(view.second, view);
  }

  total(): Progress {
    const total = { seconds: this.#seconds.size, sent: 0, ok: 0, failed: 0 };
    for (const view of this.#seconds.values()) {
      const { sent, ok, failed } = plain(view);
      total.sent += sent;
      total.ok += ok;
      total.failed += failed;
    }
    return total;
  }
}

/** One line about the newest second and the run so far. */
export function progressLine(newest: SecondView, total: Progress, plannedSeconds: number): string {
  const at = `${String(newest.second + 1).padStart(4)}s/${Math.ceil(plannedSeconds)}s`;
  const errors = total.failed === 0 ? "" : ` | failed ${count(total.failed)}`;
  const late = newest.latenessP99Ms > 5 ? ` | late p99 ${ms(newest.latenessP99Ms)}` : "";
  return (
    `${at} | sent ${count(total.sent)} | ${rate(newest.sent)}/s of ${rate(newest.planned)}/s` +
    ` | response p50 ${ms(newest.response.p50)} p95 ${ms(newest.response.p95)}` +
    ` p99 ${ms(newest.response.p99)} | in flight ${count(newest.inFlight)}${errors}${late}`
  );
}
