import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import { sumCounts } from "@onrush/shared/run/ledger.ts";
import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import { Recorder } from "../metrics/recorder.ts";
import { Iterations, type IterationsOptions } from "./iterations.ts";
import type { Counts } from "./shareCounts.ts";
import type { LoadSource } from "./sources/loadSource.ts";

export interface RunnerOptions extends IterationsOptions {
  gracefulStopUs: number;
  /** Where a take-over begins; 0 for a share that was never taken over. */
  fromUs: number;
}

export interface RunnerReport {
  watermark: number;
  due: DueDelta[];
  wall: WallDelta[];
  /** Set in the last report. */
  totals: ShareTotals | null;
}

/**
 * Runs one share in one engine thread: releases everything due in batches, never waits for an
 * answer, and reports second by second. All times are microseconds from the start of the run.
 *
 *   pacing ──(nothing left to begin, or stop)──▶ draining ──(all ended, or graceful stop over)──▶ over
 */
export class ShareRunner {
  readonly #options: RunnerOptions;
  readonly #recorder: Recorder;
  readonly #iterations: Iterations;
  readonly #source: LoadSource;
  #watermark: number;
  #over = false;

  constructor(
    options: RunnerOptions,
    makeSource: (iterations: Iterations) => LoadSource,
    nowUs: () => number,
  ) {
    this.#options = options;
    // The seconds before a take-over begins are not its own to report.
    this.#watermark = Math.floor(options.fromUs / 1e6) - 1;
    this.#recorder = new Recorder(options.program);
    this.#iterations = new Iterations(options, this.#recorder, nowUs);
    const source = makeSource(this.#iterations);
    this.#source = source;
    this.#iterations.onEnded = (slot) => source.ended(slot);
  }

  get inFlight(): number {
    return this.#iterations.running;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Why the run must not go on; empty when it may. */
  get failure(): string {
    return this.#source.failure;
  }

  /** Cumulative, for heartbeats. */
  get counts(): Counts {
    const { started, dropped, requests } = this.#iterations.totals;
    const ended = started - this.inFlight;
    return { started, ended, dropped: sumCounts(dropped), requests: requests.sent };
  }

  /** Nothing due after `nowUs` begins; what is in flight may end. */
  stop(nowUs: number): void {
    this.#source.stop(Math.max(0, nowUs));
  }

  /** Nothing due at `cutUs` or later begins; what is due before, or claimed, is this share's. */
  handBack(cutUs: number): void {
    this.#source.handBack(cutUs);
  }

  /** Releases everything due. After `leaseUntilUs` nothing is sent. */
  release(nowUs: number, leaseUntilUs: number): void {
    this.#iterations.leaseUntilUs = leaseUntilUs;
    this.#iterations.wake(nowUs);
    this.#source.release(nowUs);
    const wall = this.#recorder.wallAt(nowUs);
    wall.inFlight = Math.max(wall.inFlight, this.inFlight);
    wall.users = Math.max(wall.users, this.#source.users);
    wall.connections = Math.max(wall.connections, this.#options.program.connections());
  }

  /** Gives up requests that are over their time, and all of them when the graceful stop is. */
  sweep(nowUs: number): void {
    if (nowUs < this.#source.endUs + this.#options.gracefulStopUs) {
      this.#iterations.cancelOverdue(nowUs);
    } else {
      this.#source.giveUp();
      this.#iterations.interrupt();
    }
  }

  /** A report when a second has passed or the share is over, otherwise undefined. */
  report(nowUs: number): RunnerReport | undefined {
    if (this.#over) return undefined;
    const { nextDueUs, endUs } = this.#source;
    const isPending = nextDueUs <= endUs;
    if (nowUs >= endUs && !isPending && this.inFlight === 0) return this.#finish(endUs);
    const pendingUs = isPending ? Math.min(nowUs, nextDueUs) : nowUs;
    const watermark = Math.floor(pendingUs / 1e6) - 1;
    if (watermark <= this.#watermark) return undefined;
    this.#watermark = watermark;
    return { watermark, ...this.#recorder.flush(watermark), totals: null };
  }

  /** Ends everything in flight now; nothing begins any more. */
  interrupt(): void {
    this.#iterations.leaseUntilUs = -Infinity;
    this.#iterations.interrupt();
  }

  #finish(endUs: number): RunnerReport {
    this.#over = true;
    const last = Math.max(this.#watermark, Math.ceil(endUs / 1e6) - 1);
    const { scheduled } = this.#source;
    const totals = { ...this.#iterations.totals, scheduled, endedMs: Math.ceil(endUs / 1000) };
    return { watermark: last, ...this.#recorder.flushAll(), totals };
  }
}
