import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import {
  addCounts,
  addOutcomes,
  WorkloadAccumulator,
} from "@onrush/shared/metrics/secondAccumulator.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import type { ThreadHealth } from "../engine/engineMessages.ts";
import type { RunnerReport } from "../engine/shareRunner.ts";
import { noThreadHealth } from "../health/threadHealth.ts";
import { mergeThreads, type ThreadsHealth } from "../health/threadsHealth.ts";

/** What all engine threads together report of a share. */
export interface MergedReport {
  watermark: number;
  due: DueDelta[];
  wall: WallDelta[];
  totals: ShareTotals | null;
}

interface Thread {
  watermark: number;
  totals: ShareTotals | null;
  health: ThreadHealth;
}

function mergeSecond(second: number, due: readonly DueDelta[], wall: readonly WallDelta[]) {
  const merged = new WorkloadAccumulator();
  for (const delta of due) merged.addDue(delta);
  for (const delta of wall) merged.addWall(delta);
  const { workload: _workload, lost: _lost, steps, ...rest } = merged.toSecond(0);
  return { second, ...rest, steps };
}

/** Deltas of the same second from several threads as one; one thread's pass as they are. */
function mergeBySecond<T extends { second: number }>(deltas: T[], merge: (same: T[]) => T): T[] {
  const groups = Map.groupBy(deltas, (delta) => delta.second);
  return [...groups.values()].map((same) => (same.length === 1 ? (same[0] as T) : merge(same)));
}

function addTotals(a: ShareTotals, b: ShareTotals): ShareTotals {
  const sum: ShareTotals = structuredClone(a);
  sum.scheduled += b.scheduled;
  sum.started += b.started;
  addCounts(sum.dropped, b.dropped);
  addOutcomes(sum.iterations, b.iterations);
  addOutcomes(sum.requests, b.requests);
  sum.requests.sent += b.requests.sent;
  sum.endedMs = Math.max(a.endedMs, b.endedMs);
  return sum;
}

/**
 * Brings the reports of a share's engine threads together: a second is passed on when every thread
 * has reported it, so that the share's watermark is a clean cut.
 */
export class ThreadMerge {
  readonly #threads: Thread[];
  #due: DueDelta[] = [];
  #wall: WallDelta[] = [];
  #watermark = -1;

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => ({
      watermark: -1,
      totals: null,
      health: noThreadHealth(),
    }));
  }

  /** The merged report when `report` completes a second or the share, otherwise undefined. */
  add(thread: number, report: RunnerReport, health: ThreadHealth): MergedReport | undefined {
    const over = report.totals !== null;
    this.#threads[thread] = {
      watermark: over ? Infinity : report.watermark,
      totals: report.totals,
      health,
    };
    this.#due.push(...report.due);
    this.#wall.push(...report.wall);
    const watermark = Math.min(...this.#threads.map((t) => t.watermark));
    if (watermark <= this.#watermark) return undefined;
    this.#watermark = watermark;
    const last = watermark === Infinity ? report.watermark : watermark;
    return { watermark: last, ...this.#takeUpTo(watermark), totals: this.#totals() };
  }

  /** All engine threads of the worker as one. */
  health(): ThreadsHealth {
    return mergeThreads(this.#threads.map((thread) => thread.health));
  }

  #takeUpTo(watermark: number) {
    const ready = (delta: { second: number }) => delta.second <= watermark;
    const due = mergeBySecond(this.#due.filter(ready), (same) =>
      mergeSecond(same[0]?.second ?? 0, same, []),
    );
    const wall = mergeBySecond(this.#wall.filter(ready), (same) =>
      mergeSecond(same[0]?.second ?? 0, [], same),
    );
    this.#due = this.#due.filter((delta) => !ready(delta));
    this.#wall = this.#wall.filter((delta) => !ready(delta));
    return { due, wall };
  }

  #totals(): ShareTotals | null {
    const finals = this.#threads.map((t) => t.totals);
    return finals.reduce((a, b) => (a === null || b === null ? null : addTotals(a, b)));
  }
}
