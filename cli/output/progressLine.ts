import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { count, ms, rate } from "./formatNumbers.ts";
import type { LoadKind } from "./loadKind.ts";

/** Cumulative counts over the closed seconds of a run. */
export interface Progress {
  seconds: number;
  sent: number;
  ok: number;
  failed: number;
  /** Iterations that came to an end, or never will begin. */
  done: number;
}

const plain = (view: SecondView) => ({
  sent: view.sent,
  ok: view.ok + view.neutral,
  failed: view.failed,
  done: view.ok + view.neutral + view.failed + view.interrupted + view.dropped + view.lost,
});

/** Adds up seconds; a higher revision of a second replaces the lower one. */
export class ProgressCount {
  readonly #seconds = new Map<number, SecondView>();

  add(view: SecondView): void {
    const known = this.#seconds.get(view.second);
    if (known === undefined || known.rev < view.rev) this.#seconds.set(view.second, view);
  }

  total(): Progress {
    const total = { seconds: this.#seconds.size, sent: 0, ok: 0, failed: 0, done: 0 };
    for (const view of this.#seconds.values()) {
      const { sent, ok, failed, done } = plain(view);
      total.sent += sent;
      total.ok += ok;
      total.failed += failed;
      total.done += done;
    }
    return total;
  }
}

export interface Plan extends LoadKind {
  plannedSeconds: number;
}

/** How far it is: by work where work is planned, else by time. */
function position(newest: SecondView, { done }: Progress, plan: Plan): string {
  const second = String(newest.second + 1).padStart(4);
  const { iterations, plannedSeconds } = plan;
  if (iterations === null) return `${second}s/${Math.ceil(plannedSeconds)}s`;
  const percent = Math.floor((100 * done) / iterations);
  return `${second}s | ${count(done)} of ${count(iterations)} iterations (${percent} %)`;
}

/** One line about the newest second and the run so far. */
export function progressLine(newest: SecondView, total: Progress, plan: Plan): string {
  const users = plan.hasUsers ? ` | users ${count(newest.users)}` : "";
  const several = plan.hasUsers ? " arrivals" : "";
  const planned = plan.hasRate ? ` of ${rate(newest.planned)}${several}/s` : "";
  const errors = total.failed === 0 ? "" : ` | failed ${count(total.failed)}`;
  const late = newest.latenessP99Ms > 5 ? ` | late p99 ${ms(newest.latenessP99Ms)}` : "";
  return (
    `${position(newest, total, plan)}${users} | sent ${count(total.sent)}` +
    ` | ${rate(newest.sent)}/s${planned}` +
    ` | response p50 ${ms(newest.response.p50)} p95 ${ms(newest.response.p95)}` +
    ` p99 ${ms(newest.response.p99)} | in flight ${count(newest.inFlight)}${errors}${late}`
  );
}
