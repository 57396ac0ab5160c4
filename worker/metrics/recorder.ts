import type { DueDelta, WallDelta } from "@onrush/shared/metrics/delta.ts";
import {
  type CountedNames,
  DueSecond,
  noNames,
  type Outcome,
  type RequestResult,
} from "./dueSecond.ts";
import { WallSecond } from "./wallSecond.ts";

/** Records of older due seconds that are kept as values before they are added up. */
const LATE_LIMIT = 20_000;

type LateRecord = { second: number } & (
  | { kind: "started" }
  | { kind: "dropped"; reason: string; count: number }
  | { kind: "request"; result: RequestResult }
  | { kind: "iteration"; outcome: Outcome; durationUs: number }
  | { kind: "group"; group: number; failed: boolean; durationUs: number }
);

const secondOf = (us: number) => Math.floor(us / 1e6);

function replay(into: DueSecond, record: LateRecord): void {
  switch (record.kind) {
    case "started":
      return into.started();
    case "dropped":
      return into.dropped(record.reason, record.count);
    case "request":
      return into.request(record.result);
    case "iteration":
      return into.iteration(record.outcome, record.durationUs);
    case "group":
      return into.group(record.group, record.failed, record.durationUs);
  }
}

/** Splits off what belongs to seconds up to `watermark`. */
function takeUpTo<T extends { second: number }>(list: T[], watermark: number): [T[], T[]] {
  return [
    list.filter((item) => item.second <= watermark),
    list.filter((item) => item.second > watermark),
  ];
}

/**
 * Records one share in one engine thread. Only the two newest due seconds are dense; what belongs
 * to an older one is kept as a value and added up at the next flush, or earlier when there is
 * much, so memory stays bounded and nothing is left out.
 */
export class Recorder {
  #newest: DueSecond;
  #previous: DueSecond;
  readonly #scratch: DueSecond;
  #late: LateRecord[] = [];
  #dueDone: DueDelta[] = [];
  #wall = new WallSecond(0);
  #nextWall = new WallSecond(1);
  #wallDone: WallDelta[] = [];

  constructor(names: CountedNames = noNames) {
    this.#newest = new DueSecond(0, names);
    this.#previous = new DueSecond(-1, names);
    this.#scratch = new DueSecond(-1, names);
  }

  /** `latenessUs` is -1 when the wait was not the generator's. */
  started(dueUs: number, latenessUs: number, nowUs: number): void {
    const second = secondOf(dueUs);
    const dense = this.#dense(second);
    if (dense !== undefined) dense.started();
    else this.#keep({ kind: "started", second });
    if (latenessUs >= 0) this.wallAt(nowUs).lateness.record(latenessUs);
  }

  dropped(dueUs: number, reason: string, count = 1): void {
    const second = secondOf(dueUs);
    const dense = this.#dense(second);
    if (dense !== undefined) dense.dropped(reason, count);
    else this.#keep({ kind: "dropped", second, reason, count });
  }

  /** `result` is copied when it has to be kept. */
  request(result: RequestResult): void {
    const second = secondOf(result.dueUs);
    const dense = this.#dense(second);
    if (dense !== undefined) dense.request(result);
    else this.#keep({ kind: "request", second, result: { ...result } });
  }

  iteration(dueUs: number, outcome: Outcome, durationUs: number): void {
    const second = secondOf(dueUs);
    const dense = this.#dense(second);
    if (dense !== undefined) dense.iteration(outcome, durationUs);
    else this.#keep({ kind: "iteration", second, outcome, durationUs });
  }

  /** A group that began, or was due to, at `beganUs`. */
  group(group: number, beganUs: number, failed: boolean, durationUs: number): void {
    const second = secondOf(beganUs);
    const dense = this.#dense(second);
    if (dense !== undefined) dense.group(group, failed, durationUs);
    else this.#keep({ kind: "group", second, group, failed, durationUs });
  }

  /** The wall second that contains `us`; an earlier time counts to the oldest still open. */
  wallAt(us: number): WallSecond {
    const second = secondOf(us);
    if (second <= this.#wall.second) return this.#wall;
    while (second > this.#nextWall.second) this.#rotateWall();
    return this.#nextWall;
  }

  /**
   * Everything of due and wall seconds up to `watermark` since the last call, and nothing beyond,
   * so that what a lost worker has reported ends cleanly at its watermark.
   */
  flush(watermark: number): { due: DueDelta[]; wall: WallDelta[] } {
    this.#addUpLate();
    while (this.#wall.second <= watermark) this.#rotateWall();
    return this.#take(watermark);
  }

  /** Everything that is left; nothing may be recorded after it. */
  flushAll(): { due: DueDelta[]; wall: WallDelta[] } {
    this.#addUpLate();
    this.#rotateWall();
    this.#rotateWall();
    return this.#take(Infinity);
  }

  #take(watermark: number): { due: DueDelta[]; wall: WallDelta[] } {
    const [due, dueLater] = takeUpTo(this.#dueDone, watermark);
    this.#dueDone = dueLater;
    for (const part of [this.#previous, this.#newest]) {
      const delta = part.second <= watermark ? part.take() : undefined;
      if (delta !== undefined) due.push(delta);
    }
    const [wall, wallLater] = takeUpTo(this.#wallDone, watermark);
    this.#wallDone = wallLater;
    return { due, wall };
  }

  #rotateWall(): void {
    const done = this.#wall;
    const delta = done.take();
    if (delta !== undefined) this.#wallDone.push(delta);
    this.#wall = this.#nextWall;
    this.#nextWall = done;
    done.second = this.#wall.second + 1;
  }

  /** The dense second, or undefined for one that is older than the two newest. */
  #dense(second: number): DueSecond | undefined {
    if (second === this.#newest.second) return this.#newest;
    if (second === this.#previous.second) return this.#previous;
    if (second < this.#newest.second) return undefined;
    const recycled = this.#previous;
    const left = recycled.take();
    if (left !== undefined) this.#dueDone.push(left);
    this.#previous = this.#newest;
    recycled.second = second;
    this.#newest = recycled;
    return recycled;
  }

  #keep(record: LateRecord): void {
    this.#late.push(record);
    if (this.#late.length >= LATE_LIMIT) this.#addUpLate();
  }

  #addUpLate(): void {
    if (this.#late.length === 0) return;
    const records = this.#late.sort((a, b) => a.second - b.second);
    this.#late = [];
    for (const record of records) {
      if (record.second !== this.#scratch.second) this.#takeScratch(record.second);
      replay(this.#scratch, record);
    }
    this.#takeScratch(-1);
  }

  #takeScratch(nextSecond: number): void {
    const delta = this.#scratch.take();
    if (delta !== undefined) this.#dueDone.push(delta);
    this.#scratch.second = nextSecond;
  }
}
