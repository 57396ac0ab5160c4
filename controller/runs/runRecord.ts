import type { SecondView } from "@onrush/shared/api/secondView.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import { RunTotals } from "@onrush/shared/metrics/summary.ts";
import { viewSecond } from "@onrush/shared/metrics/viewSecond.ts";
import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import { plannedIn, type RunPlan } from "../planning/runPlan.ts";
import { minuteOf, RunSeconds } from "../results/runSeconds.ts";
import type { Applied, SecondStore, StoredMinute } from "../results/secondStore.ts";
import { faultOptions } from "./runOutcome.ts";
import { ShareTally } from "./shareTally.ts";

/** Seconds kept in memory for live views and windows; older ones are read from the store. */
const KEEP_SECONDS = 900;
const MINUTES_PER_READ = 60;

/**
 * The measured side of an active run: merged seconds, running totals for the live summary, and
 * their way into the store. Everything that was lost on the way shows in `applied`.
 */
export class RunRecord {
  /** Totals so far, for the live summary; the final one is folded from stored seconds. */
  readonly live = new RunTotals();
  readonly #seconds = new RunSeconds();
  readonly #tallies = new Map<string, ShareTally>();
  readonly #applied: Applied = {};
  readonly #runId: string;
  readonly #plan: RunPlan;
  readonly #store: SecondStore;

  constructor(runId: string, plan: RunPlan, store: SecondStore) {
    this.#runId = runId;
    this.#plan = plan;
    this.#store = store;
  }

  async merge(share: ShareState, snapshot: Snapshot): Promise<void> {
    for (const minute of this.#seconds.missingMinutes(snapshot)) {
      for (const stored of await this.#store.read(this.#runId, minute, minute)) {
        this.#seconds.load(stored);
      }
    }
    this.#seconds.apply(share.workload, share.workerId, snapshot);
    this.live.addDeltas(share.workload, snapshot);
    this.#tally(share.share).add(snapshot);
    this.#applied[share.share] = { epoch: share.epoch, seq: snapshot.seq };
  }

  /** Iterations of a share that were merged as started or dropped. */
  accountedOf(share: string): number {
    return this.#tally(share).accounted;
  }

  /** What a lost share had in flight ends as interrupted: how it ended nobody knows. */
  interruptAll({ share, workload }: ShareState, second: number): void {
    const delta = this.#tally(share).interruptAll(second);
    if (delta.interrupted === 0 && delta.steps.length === 0) return;
    this.#seconds.addDue(workload, delta);
    this.live.addDeltas(workload, { due: [delta], wall: [] });
  }

  #tally(share: string): ShareTally {
    let tally = this.#tallies.get(share);
    if (tally === undefined) {
      tally = new ShareTally();
      this.#tallies.set(share, tally);
    }
    return tally;
  }

  addLost(workload: number, second: number, count: number): void {
    if (count === 0) return;
    this.#seconds.addLost(workload, second, count);
    this.live.addLost(workload, count);
  }

  close(second: number, partial: boolean): SecondView {
    return this.view(this.#seconds.close(second, partial));
  }

  corrections(): SecondView[] {
    return this.#seconds.takeCorrections().map((record) => this.view(record));
  }

  /**
   * Writes what has changed. Answers what was applied when it was written, so that exactly that
   * can be acknowledged; undefined when a newer owner of the run has written.
   */
  async save(token: number, nextSecond: number): Promise<Applied | undefined> {
    const applied = structuredClone(this.#applied);
    const minutes = this.#seconds.takeDirty(this.#runId, token, applied);
    try {
      if (minutes.length > 0 && !(await this.#store.put(minutes))) return undefined;
    } catch (error) {
      this.#seconds.markDirty(minutes);
      throw error;
    }
    this.#seconds.forgetBefore(nextSecond - KEEP_SECONDS);
    return applied;
  }

  /** Closed seconds from `from` to `to`; what is not in memory comes from the store. */
  async closed(from: number, to: number): Promise<RunSecond[]> {
    const inMemory = this.#seconds.closed(from, to);
    if (this.#seconds.hasAllFrom(from)) return inMemory;
    const known = new Set(inMemory.map((record) => record.second));
    const last = Math.min(to, inMemory.at(-1)?.second ?? to);
    const stored = await readClosed(this.#store, this.#runId, from, last);
    const all = [...stored.filter((record) => !known.has(record.second)), ...inMemory];
    return all.sort((a, b) => a.second - b.second);
  }

  /** All seconds folded, once everything is saved. */
  async finalTotals(lastSecond: number): Promise<RunTotals> {
    const totals = new RunTotals(faultOptions(this.#plan));
    for (let first = 0; first <= minuteOf(lastSecond); first += MINUTES_PER_READ) {
      const minutes = await this.#store.read(this.#runId, first, first + MINUTES_PER_READ - 1);
      for (const second of closedOf(minutes)) totals.add(second);
    }
    return totals;
  }

  view(record: RunSecond): SecondView {
    return viewOf(this.#plan, record);
  }
}

export function viewOf(plan: RunPlan, record: RunSecond): SecondView {
  const planned = plan.workloads.reduce((sum, w) => sum + plannedIn(w, record.second), 0);
  return viewSecond(record, plan, planned, faultOptions(plan));
}

const closedOf = (minutes: readonly StoredMinute[]) =>
  minutes.flatMap((minute) => minute.seconds.filter((second) => second.rev > 0));

/** Closed seconds of any run from the store, ascending. */
export async function readClosed(
  store: SecondStore,
  runId: string,
  from: number,
  to: number,
): Promise<RunSecond[]> {
  const minutes = await store.read(runId, minuteOf(from), minuteOf(to));
  return closedOf(minutes).filter((s) => s.second >= from && s.second <= to);
}
