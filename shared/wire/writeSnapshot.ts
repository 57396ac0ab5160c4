import type {
  CheckCounts,
  Counts,
  DueDelta,
  HeadRoom,
  Health,
  OutcomeCounts,
  StepDue,
  WallDelta,
} from "../metrics/delta.ts";
import { phases } from "../metrics/phases.ts";
import type { ShareTotals, Snapshot } from "./reports.ts";
import { ByteWriter } from "./varints.ts";

/**
 * A snapshot as bytes (`varints.ts`): a JSON list of all names in it, then its fields in the order
 * in which they are written below. A name is its place in the list; a list of anything, or a
 * histogram, begins with its length; what may be left out is said by bits, the first one lowest.
 * `readSnapshot.ts` reads it.
 */

/** Optional numbers of `Health`, in the order of their bits. */
export const healthAmounts = ["processCpu", "latenessP99Ms", "gcMs", "gcMaxMs"] as const;
export const healthCounts = ["inFlight", "connections"] as const;
export const healthRooms = ["ports", "files"] as const;

const encoder = new TextEncoder();

/** Bits of what is there. */
const bitsOf = (there: readonly boolean[]): number =>
  there.reduce((bits, is, i) => bits | (is ? 1 << i : 0), 0);

class SnapshotWriter {
  readonly #out: ByteWriter;
  readonly #names = new Map<string, number>();

  constructor(expectedBytes: number) {
    this.#out = new ByteWriter(expectedBytes);
  }

  take(): Uint8Array {
    const names = encoder.encode(JSON.stringify([...this.#names.keys()]));
    const body = this.#out.take();
    const all = new ByteWriter(names.length + body.length + 8);
    all.number(names.length);
    all.bytes(names);
    all.bytes(body);
    return all.take();
  }

  snapshot(snapshot: Snapshot): void {
    const { oldest, startLateUs, totals } = snapshot;
    this.#name(snapshot.workerId);
    this.#name(snapshot.share);
    this.#numbers(snapshot.epoch, snapshot.seq, snapshot.watermark + 1);
    this.#out.number(bitsOf([oldest, startLateUs, totals].map((value) => value !== undefined)));
    if (oldest !== undefined) this.#out.number(oldest);
    if (startLateUs !== undefined) this.#out.float(startLateUs);
    if (totals !== undefined) this.#totals(totals);
    this.#list(snapshot.due, (due) => this.#due(due));
    this.#list(snapshot.wall, (wall) => this.#wall(wall));
    this.#list(snapshot.health, (health) => this.#health(health));
  }

  #numbers(...values: number[]): void {
    for (const value of values) this.#out.number(value);
  }

  #name(name: string): void {
    let place = this.#names.get(name);
    if (place === undefined) {
      place = this.#names.size;
      this.#names.set(name, place);
    }
    this.#out.number(place);
  }

  #list<T>(items: readonly T[], write: (item: T) => void): void {
    this.#out.number(items.length);
    for (const item of items) write(item);
  }

  #bytes(bytes: Uint8Array): void {
    this.#out.number(bytes.length);
    this.#out.bytes(bytes);
  }

  #counts(counts: Counts): void {
    this.#list(Object.keys(counts), (name) => {
      this.#name(name);
      this.#out.number(counts[name] ?? 0);
    });
  }

  #checks(checks: CheckCounts): void {
    this.#list(Object.entries(checks), ([name, { passed, failed }]) => {
      this.#name(name);
      this.#numbers(passed, failed);
    });
  }

  #outcomes({ ok, failed, neutral, interrupted }: OutcomeCounts): void {
    this.#numbers(ok, failed, neutral, interrupted);
  }

  #totals({ scheduled, started, endedMs, dropped, iterations, requests }: ShareTotals): void {
    this.#numbers(scheduled, started, endedMs);
    this.#counts(dropped);
    this.#outcomes(iterations);
    this.#outcomes(requests);
    this.#out.number(requests.sent);
  }

  #due(due: DueDelta): void {
    this.#numbers(due.second, due.started);
    this.#counts(due.dropped);
    this.#outcomes(due);
    this.#bytes(due.iterationDuration);
    this.#list(due.steps, (step) => this.#step(step));
    // One more than there are: 0 where the list is left out.
    this.#out.number(due.groups === undefined ? 0 : due.groups.length + 1);
    for (const { group, ok, failed, duration } of due.groups ?? []) {
      this.#numbers(group, ok, failed);
      this.#bytes(duration);
    }
  }

  #step(step: StepDue): void {
    this.#out.number(step.step);
    this.#outcomes(step);
    this.#counts(step.statusCodes);
    this.#counts(step.errors);
    this.#counts(step.outcomes);
    this.#checks(step.checks);
    this.#bytes(step.response);
    this.#bytes(step.service);
    this.#out.number(bitsOf(phases.map((phase) => step.phases[phase] !== undefined)));
    for (const phase of phases) {
      const bytes = step.phases[phase];
      if (bytes !== undefined) this.#bytes(bytes);
    }
  }

  #wall(wall: WallDelta): void {
    this.#numbers(wall.second, wall.inFlight, wall.users, wall.connections);
    this.#bytes(wall.lateness);
    this.#list(wall.steps, (step) => {
      this.#numbers(step.step, step.sent, step.completed);
      this.#numbers(step.bytesSent, step.bytesReceived, step.redirects);
    });
  }

  #health(health: Health): void {
    this.#numbers(health.second, health.rssBytes);
    for (const amount of [health.cpu, health.mbps, health.lagMs]) this.#out.float(amount);
    const optional = [...healthAmounts, ...healthCounts];
    this.#out.number(bitsOf(optional.map((name) => health[name] !== undefined)));
    for (const name of healthAmounts) {
      const amount = health[name];
      if (amount !== undefined) this.#out.float(amount);
    }
    for (const name of healthCounts) {
      const count = health[name];
      if (count !== undefined) this.#out.number(count);
    }
    for (const name of healthRooms) this.#headRoom(health[name]);
  }

  /** 0 where it is left out, 1 where it is not known. */
  #headRoom(room: HeadRoom | null | undefined): void {
    if (room === undefined || room === null) return this.#out.number(room === null ? 1 : 0);
    this.#numbers(2, room.left, room.limit);
  }
}

/** Room for a usual one; it grows. */
const EXPECTED_BYTES = 16_384;

export function writeSnapshot(snapshot: Snapshot): Uint8Array {
  const writer = new SnapshotWriter(EXPECTED_BYTES);
  writer.snapshot(snapshot);
  return writer.take();
}
