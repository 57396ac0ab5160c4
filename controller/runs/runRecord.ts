import { firstSteps } from "@onrush/shared/flow/flow.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import { RunTotals } from "@onrush/shared/metrics/summary.ts";
import { viewSecond } from "@onrush/shared/metrics/viewSecond.ts";
import type { ShareState } from "@onrush/shared/run/runMessages.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import { knownStarts, type StartCounts } from "../planning/knownStarts.ts";
import { plannedOf, type RunPlan } from "../planning/runPlan.ts";
import type { RunSla } from "../analysis/runSla.ts";
import { type Deltas, minuteOf, RunSeconds } from "../results/runSeconds.ts";
import type { Applied, SecondStore, StoredMinute } from "../results/secondStore.ts";
import { storedMinutes } from "../results/storedMinutes.ts";
import { faultOptions } from "./runOutcome.ts";
import {
  interruptedStarts,
  noRequests,
  type ReportedRequests,
  ShareTally,
  type StoredTally,
} from "./shareTally.ts";

/**
 * Seconds kept in memory for live views and what comes late; older ones are read from the store. Of
 * 1,000 workers a second takes more than a megabyte, most of it their health.
 */
export const KEEP_SECONDS = 60;
/** Read when a run is resumed: far more than the stored ones that may still be open. */
const RESUMED_MINUTES = 15;

/**
 * The measured side of an active run: merged seconds, running totals for the live summary, and
 * their way into the store. Everything that was lost on the way shows in `applied`.
 */
export class RunRecord {
  /** Totals of closed seconds, for the live summary; the final one is folded from stored ones. */
  readonly live = new RunTotals();
  readonly #seconds = new RunSeconds();
  readonly #tallies = new Map<string, ShareTally>();
  readonly #applied: Applied = {};
  /** Lost shares, each with its epoch, of which nothing is in flight any more. */
  readonly #interrupted = new Set<string>();
  readonly #runId: string;
  readonly #plan: RunPlan;
  readonly #store: SecondStore;

  readonly #sla: RunSla;

  constructor(runId: string, plan: RunPlan, store: SecondStore, sla: RunSla) {
    this.#runId = runId;
    this.#sla = sla;
    this.#plan = plan;
    this.#store = store;
  }

  /** Goes on from what is stored, and from the tallies as they were when it was. */
  async resume(tallies: Readonly<Record<string, StoredTally>>): Promise<void> {
    let newest: StoredMinute[] = [];
    let count = 0;
    for await (const minute of storedMinutes(this.#store, this.#runId)) {
      for (const second of closedOf([minute])) this.#count(second);
      newest = [...newest, minute].slice(-RESUMED_MINUTES);
      count++;
    }
    this.#seconds.resume(newest, count === newest.length);
    for (const { applied } of newest) Object.assign(this.#applied, applied);
    for (const [share, stored] of Object.entries(tallies)) {
      this.#tallies.set(share, ShareTally.of(stored));
    }
  }

  async merge(share: ShareState, snapshot: Snapshot): Promise<void> {
    await this.recall(secondsOf(snapshot));
    this.#apply(share, snapshot);
    this.#tally(share.share).add(snapshot);
  }

  /** Afterwards no byte array of a merged snapshot is needed any more. */
  settle(): void {
    this.#seconds.settle();
  }

  /** Afterwards these seconds can be changed; true when some of them were in the store alone. */
  async recall(seconds: Iterable<number>): Promise<boolean> {
    const missing = this.#seconds.missingMinutes(seconds);
    for (const minute of missing) {
      const [stored] = await this.#store.read(this.#runId, minute, minute);
      this.#seconds.load(stored ?? { minute, applied: {}, seconds: [] });
    }
    return missing.length > 0;
  }

  #apply(share: ShareState, snapshot: Snapshot): void {
    const { due, wall } = this.#seconds.apply(share.workload, share.workerId, snapshot);
    // Seconds that are open are added as a whole when they close: merging twice costs twice.
    const isLate = ({ second }: { second: number }) => this.#seconds.isClosed(second);
    const late = { due: due.filter(isLate), wall: wall.filter(isLate) };
    this.live.addDeltas(share.workload, late);
    this.#sla.addDeltas(share.workload, late);
    this.#applied[share.share] = { epoch: snapshot.epoch, seq: snapshot.seq };
  }

  /** Iterations of a share that were merged as started or dropped. */
  accountedOf(share: string): number {
    return this.#tallies.get(share)?.accounted ?? 0;
  }

  /** Of these, as they were reported. */
  startsOf(share: string): StartCounts {
    return this.#tally(share).starts;
  }

  /** What it has reported of its requests. */
  requestsOf(share: string): ReportedRequests {
    return this.#tallies.get(share)?.requests ?? noRequests;
  }

  /**
   * What a lost share had in flight, and what it is known to have begun since its last report, ends
   * as interrupted: how it ended nobody knows. It counts as the share's next snapshot, so that it is
   * merged once, whoever owns the run and however often it is tried.
   */
  async interruptAll(share: ShareState): Promise<void> {
    const { workerId, epoch, seq, watermark } = share;
    const name = `${share.share} ${epoch}`;
    if (this.#interrupted.has(name)) return;
    const first = firstSteps(this.#plan.workloads[share.workload]?.flow ?? []);
    const starts = knownStarts(this.#plan, share);
    const known = starts.map((start) => interruptedStarts(start, first));
    const lastSecond = Math.max(0, watermark);
    await this.recall([lastSecond, ...starts.map(({ second }) => second)]);
    this.#interrupted.add(name);
    const open = this.#tally(share.share).interruptAll(lastSecond);
    const isNothingOpen = open.interrupted === 0 && open.steps.length === 0;
    if (isNothingOpen && known.length === 0) return;
    this.#apply(share, {
      ...{ type: "snapshot", workerId, share: share.share, epoch, seq: seq + 1, watermark },
      due: [...(isNothingOpen ? [] : [open]), ...known.map(({ due }) => due)],
      wall: known.map(({ wall }) => wall),
      health: [],
    });
  }

  #tally(share: string): ShareTally {
    let tally = this.#tallies.get(share);
    if (tally === undefined) {
      tally = new ShareTally();
      this.#tallies.set(share, tally);
    }
    return tally;
  }

  /** For the stored document, from which another owner may have to go on. */
  get tallies(): Record<string, StoredTally> {
    return Object.fromEntries([...this.#tallies].map(([share, tally]) => [share, tally.stored]));
  }

  /** A second that was closed long ago must be recalled first. */
  setLost(workload: number, second: number, count: number): void {
    const more = this.#seconds.setLost(workload, second, count);
    if (more === 0 || !this.#seconds.isClosed(second)) return;
    this.live.addLost(workload, more);
    this.#sla.addLost(workload, second, more);
  }

  /** A second that is closed, once. */
  #count(record: RunSecond): void {
    this.live.add(record);
    this.#sla.add(record);
  }

  /** One that is closed already (by an owner that died before it could say so) is closed again. */
  close(second: number, partial: boolean): SecondView {
    const isFirst = !this.#seconds.isClosed(second);
    const record = this.#seconds.close(second, partial);
    if (isFirst) this.#count(record);
    return this.view(record);
  }

  corrections(): SecondView[] {
    return this.#seconds.takeCorrections().map((record) => this.view(record));
  }

  /**
   * Writes what has changed; false when a newer owner of the run has written. What is merged while
   * it writes belongs to the next time.
   */
  async save(token: number, nextSecond: number): Promise<boolean> {
    const applied = structuredClone(this.#applied);
    const minutes = this.#seconds.takeDirty(this.#runId, token, applied);
    try {
      if (minutes.length > 0 && !(await this.#store.put(minutes))) return false;
    } catch (error) {
      this.#seconds.markDirty(minutes);
      throw error;
    }
    this.#seconds.forgetBefore(nextSecond - KEEP_SECONDS);
    return true;
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

  /** All seconds folded, once everything is saved; `also` gets them in their order. */
  async finalTotals(
    lastSecond: number,
    also: readonly { add(second: RunSecond): void }[] = [],
  ): Promise<RunTotals> {
    const totals = new RunTotals(faultOptions(this.#plan));
    const last = minuteOf(lastSecond);
    for await (const minute of storedMinutes(this.#store, this.#runId, last)) {
      for (const second of closedOf([minute])) {
        totals.add(second);
        for (const other of also) other.add(second);
      }
    }
    return totals;
  }

  view(record: RunSecond): SecondView {
    return viewOf(this.#plan, record);
  }
}

export function viewOf(plan: RunPlan, record: RunSecond): SecondView {
  return viewSecond(record, plan, plannedOf(plan, record.second), faultOptions(plan));
}

function secondsOf({ due, wall }: Deltas): number[] {
  return [...due, ...wall].map(({ second }) => second);
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
