import type { RunSecond } from "@onrush/shared/metrics/second.ts";
import { MergeQueue } from "@onrush/shared/metrics/mergeQueue.ts";
import { mergeHealth } from "@onrush/shared/metrics/health.ts";
import { SecondAccumulator } from "@onrush/shared/metrics/secondAccumulator.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import type { Applied, StoredMinute } from "./secondStore.ts";

export const SECONDS_PER_MINUTE = 60;
/** Dense accumulators kept; others are made again from their record when a late answer comes. */
const DENSE_LIMIT = 6;

export const minuteOf = (second: number) => Math.floor(second / SECONDS_PER_MINUTE);

export type Deltas = Pick<Snapshot, "due" | "wall">;

interface Entry {
  second: number;
  /** 0 while open, then counted up with every published change. */
  rev: number;
  partial: boolean;
  dense: SecondAccumulator | null;
  record: RunSecond | null;
  /** Changed since it was last published. */
  unpublished: boolean;
  /** When it was last changed, in changes. */
  used: number;
}

/**
 * The seconds of one active run: merges snapshots, closes seconds, and knows which of them must be
 * stored and published. What is stored and old can be dropped and is loaded again when needed.
 */
export class RunSeconds {
  readonly #entries = new Map<number, Entry>();
  readonly #queue = new MergeQueue();
  readonly #dirtyMinutes = new Set<number>();
  readonly #loadedMinutes = new Set<number>();
  /** What minutes held when they were loaded. */
  readonly #stored = new Map<number, Applied>();
  #uses = 0;
  /** Minutes before this one may have been dropped from memory. */
  #forgottenBefore = 0;

  /**
   * Minutes of these seconds that were dropped from memory: they must be loaded from the store before
   * anything of them is changed. One that is in no store either is loaded as an empty one.
   */
  missingMinutes(seconds: Iterable<number>): number[] {
    return [...new Set([...seconds].map(minuteOf))].filter((minute) => this.#isMissing(minute));
  }

  #isMissing(minute: number): boolean {
    return minute < this.#forgottenBefore && !this.#loadedMinutes.has(minute);
  }

  /** Made anew, a minute that was dropped would replace the stored one by less. */
  #mustKnow(second: number): void {
    const minute = minuteOf(second);
    if (!this.#isMissing(minute)) return;
    throw new Error(`second ${second} cannot be changed before minute ${minute} is loaded`);
  }

  /** Goes on from what an earlier owner of the run has stored: all minutes, or the newest of them. */
  resume(minutes: readonly StoredMinute[], areAll: boolean): void {
    for (const minute of minutes) this.load(minute);
    this.#forgottenBefore = areAll ? 0 : (minutes[0]?.minute ?? 0);
  }

  load(minute: Pick<StoredMinute, "minute" | "applied" | "seconds">): void {
    this.#loadedMinutes.add(minute.minute);
    this.#stored.set(minute.minute, minute.applied);
    for (const record of minute.seconds) {
      const { second, rev, partial } = record;
      if (this.#entries.has(second)) continue;
      this.#entries.set(second, {
        second,
        rev,
        partial,
        dense: null,
        record,
        unpublished: false,
        used: 0,
      });
    }
  }

  /**
   * Merges a snapshot, but for deltas of minutes that hold it already: they were stored by an owner
   * of the run that died before it could say so. Answers what was merged. Its byte arrays must stay
   * as they are until `settle`.
   */
  apply(workload: number, workerId: string, snapshot: Snapshot): Deltas {
    const isNew = ({ second }: { second: number }) => !this.#holds(minuteOf(second), snapshot);
    const [due, wall] = [snapshot.due.filter(isNew), snapshot.wall.filter(isNew)];
    for (const { second } of [...due, ...wall]) this.#mustKnow(second);
    const { add } = this.#queue;
    for (const delta of due) this.#dense(delta.second).workload(workload).addDue(delta, add);
    for (const delta of wall) this.#dense(delta.second).workload(workload).addWall(delta, add);
    for (const health of snapshot.health) {
      // Health alone does not make a second.
      if (!this.#entries.has(health.second)) continue;
      const { workers } = this.#dense(health.second);
      const known = workers[workerId];
      // Each share's report holds its worker's sums so far, and they may come in any order.
      workers[workerId] = known === undefined ? health : mergeHealth(known, health);
    }
    return { due, wall };
  }

  /** Afterwards no byte array of an applied snapshot is needed any more. */
  settle(): void {
    this.#queue.flush();
  }

  #holds(minute: number, { share, epoch, seq }: Snapshot): boolean {
    const stored = this.#stored.get(minute)?.[share];
    return stored !== undefined && stored.epoch === epoch && stored.seq >= seq;
  }

  /** What is lost of a workload in a second; answers by how much that is more than before. */
  setLost(workload: number, second: number, count: number): number {
    this.#mustKnow(second);
    const entry = this.#entries.get(second);
    const parts =
      entry?.dense?.workloads.get(workload) ??
      entry?.record?.workloads.find((w) => w.workload === workload);
    const before = parts?.lost ?? 0;
    if (count !== before) this.#dense(second).workload(workload).lost = count;
    return count - before;
  }

  isClosed(second: number): boolean {
    const entry = this.#entries.get(second);
    // What was dropped from memory is stored, and only closed seconds are dropped.
    return entry === undefined ? minuteOf(second) < this.#forgottenBefore : entry.rev > 0;
  }

  /** Closes a second; the record is what is published. */
  close(second: number, partial: boolean): RunSecond {
    const entry = this.#entry(second);
    entry.rev++;
    entry.partial = partial;
    entry.unpublished = false;
    // One that was loaded has its numbers in the record alone.
    const { record, dense, rev } = entry;
    entry.record = dense === null && record !== null ? { ...record, rev, partial } : null;
    this.#dirtyMinutes.add(minuteOf(second));
    this.#thin(second);
    return this.#recordOf(entry);
  }

  /** Closed seconds that changed after they were published, each with its next revision. */
  takeCorrections(): RunSecond[] {
    const changed = [...this.#entries.values()].filter((e) => e.rev > 0 && e.unpublished);
    changed.sort((a, b) => a.second - b.second);
    return changed.map((entry) => {
      entry.rev++;
      entry.unpublished = false;
      this.#dirtyMinutes.add(minuteOf(entry.second));
      entry.record = { ...this.#recordOf(entry), rev: entry.rev };
      return entry.record;
    });
  }

  /** Minutes that have changed since the last call. */
  takeDirty(runId: string, token: number, applied: Applied): StoredMinute[] {
    const minutes = [...this.#dirtyMinutes].sort((a, b) => a - b);
    this.#dirtyMinutes.clear();
    return minutes.map((minute) => ({
      ...{ runId, minute, token, applied },
      seconds: this.#entriesOf(minute).map((entry) => this.#recordOf(entry)),
    }));
  }

  /** Marks minutes to be stored again after a failed write. */
  markDirty(minutes: readonly StoredMinute[]): void {
    for (const { minute } of minutes) this.#dirtyMinutes.add(minute);
  }

  /** Closed seconds in memory from `from` to `to` inclusive, ascending. */
  closed(from: number, to: number): RunSecond[] {
    const entries = [...this.#entries.values()].filter(
      (e) => e.rev > 0 && e.second >= from && e.second <= to,
    );
    return entries.sort((a, b) => a.second - b.second).map((entry) => this.#recordOf(entry));
  }

  /** True while no minute from that of `second` on has been dropped. */
  hasAllFrom(second: number): boolean {
    return minuteOf(second) >= this.#forgottenBefore;
  }

  /** Drops minutes that end before `second`, but for what is still to be closed, stored or published. */
  forgetBefore(second: number): void {
    for (const minute of new Set([...this.#entries.keys()].map(minuteOf))) {
      const endsBefore = (minute + 1) * SECONDS_PER_MINUTE <= second;
      if (!endsBefore || this.#dirtyMinutes.has(minute)) continue;
      const entries = this.#entriesOf(minute);
      if (entries.some(({ rev, unpublished }) => rev === 0 || unpublished)) continue;
      for (const entry of entries) this.#entries.delete(entry.second);
      this.#loadedMinutes.delete(minute);
      this.#stored.delete(minute);
      this.#forgottenBefore = Math.max(this.#forgottenBefore, minute + 1);
    }
  }

  #entriesOf(minute: number): Entry[] {
    const entries: Entry[] = [];
    const start = minute * SECONDS_PER_MINUTE;
    for (let second = start; second < start + SECONDS_PER_MINUTE; second++) {
      const entry = this.#entries.get(second);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  #entry(second: number): Entry {
    let entry = this.#entries.get(second);
    if (entry === undefined) {
      this.#mustKnow(second);
      const dense = new SecondAccumulator(second);
      entry = { second, rev: 0, partial: false, dense, record: null, unpublished: false, used: 0 };
      this.#entries.set(second, entry);
      this.#loadedMinutes.add(minuteOf(second));
    }
    return entry;
  }

  /** The accumulator of a second that is about to change. */
  #dense(second: number): SecondAccumulator {
    const entry = this.#entry(second);
    const { record } = entry;
    if (entry.dense === null) {
      entry.dense = record === null ? new SecondAccumulator(second) : SecondAccumulator.of(record);
      this.#thin(second);
    }
    entry.record = null;
    entry.used = ++this.#uses;
    entry.unpublished = true;
    this.#dirtyMinutes.add(minuteOf(second));
    return entry.dense;
  }

  #recordOf(entry: Entry): RunSecond {
    const { rev, partial, dense, second } = entry;
    if (entry.record === null) this.#queue.flush();
    entry.record ??= (dense ?? new SecondAccumulator(second)).toRecord(rev, partial);
    return entry.record;
  }

  /** Keeps the few accumulators dense that were used last: behind time, those are old seconds. */
  #thin(inUse: number): void {
    const dense = [...this.#entries.values()].filter((e) => e.dense !== null);
    if (dense.length <= DENSE_LIMIT) return;
    dense.sort((a, b) => b.used - a.used);
    for (const entry of dense.slice(DENSE_LIMIT)) {
      if (entry.second === inUse || entry.rev === 0) continue;
      this.#recordOf(entry);
      entry.dense = null;
    }
  }
}
