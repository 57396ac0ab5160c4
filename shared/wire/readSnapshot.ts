import type {
  CheckCounts,
  Counts,
  DueDelta,
  GroupDue,
  HeadRoom,
  Health,
  OutcomeCounts,
  StepDue,
  StepWall,
  WallDelta,
} from "../metrics/delta.ts";
import { phases } from "../metrics/phases.ts";
import type { ShareTotals, Snapshot } from "./reports.ts";
import { sharePathSchema } from "./task.ts";
import { ByteReader } from "./varints.ts";
import { healthAmounts, healthCounts, healthRooms } from "./writeSnapshot.ts";

/**
 * Reads what `writeSnapshot.ts` wrote. Nothing that the schema of snapshots would refuse or change
 * gets through, and it takes a hundredth of what the schema takes (property tests compare the two).
 */

const decoder = new TextDecoder("utf-8", { fatal: true });
const NOTHING = new Uint8Array(0);

function readNames(reader: ByteReader): string[] {
  const names: unknown = JSON.parse(decoder.decode(reader.take(reader.number())));
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  throw new TypeError("a snapshot's names are no list of texts");
}

function atLeast(least: number, value: number): number {
  if (value >= least) return value;
  throw new RangeError(`a snapshot has ${value} where ${least} is the least`);
}

/**
 * For names that are numbers: of a plain object the engine would make a list with 600 places for
 * "200" and "404", which takes several times as long and as much memory as the rest of a step. One
 * that has had the highest index there is keeps its names by their hash.
 */
function byNumber(): Counts {
  const counts: Counts = { 4294967294: 0 };
  delete counts[4294967294];
  return counts;
}

class SnapshotReader {
  readonly #in: ByteReader;
  readonly #names: readonly string[];

  constructor(bytes: Uint8Array) {
    this.#in = new ByteReader(bytes);
    this.#names = readNames(this.#in);
  }

  snapshot(): Snapshot {
    const workerId = this.#name();
    if (workerId === "") throw new TypeError("a snapshot names no worker");
    const share = this.#sharePath();
    const epoch = atLeast(1, this.#number());
    const seq = atLeast(1, this.#number());
    const watermark = this.#number() - 1;
    const bits = this.#number();
    const oldest = bits & 1 ? atLeast(1, this.#number()) : undefined;
    const startLateUs = bits & 2 ? this.#float() : undefined;
    const totals = bits & 4 ? this.#totals() : undefined;
    const snapshot: Snapshot = {
      type: "snapshot",
      ...{ workerId, share, epoch, seq, watermark },
      due: this.#list(() => this.#due()),
      wall: this.#list(() => this.#wall()),
      health: this.#list(() => this.#health()),
    };
    if (oldest !== undefined) snapshot.oldest = oldest;
    if (startLateUs !== undefined) snapshot.startLateUs = startLateUs;
    if (totals !== undefined) snapshot.totals = totals;
    const left = this.#in.bytes.length - this.#in.at;
    if (left > 0) throw new RangeError(`a snapshot ends ${left} bytes before its end`);
    return snapshot;
  }

  #sharePath(): string {
    const share = this.#name();
    if (sharePathSchema.safeParse(share).success) return share;
    throw new TypeError("a snapshot's share is no path");
  }

  #number(): number {
    return this.#in.number();
  }

  #float(): number {
    const value = this.#in.float();
    if (Number.isFinite(value)) return value;
    throw new RangeError("a snapshot holds a number that is not finite");
  }

  #amount(): number {
    return atLeast(0, this.#float());
  }

  #name(): string {
    const name = this.#names[this.#number()];
    if (name === undefined) throw new RangeError("a snapshot has no name in this place");
    return name;
  }

  #list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.#number(); left > 0; left--) items.push(read());
    return items;
  }

  #bytes(): Uint8Array {
    const length = this.#number();
    return length === 0 ? NOTHING : this.#in.take(length);
  }

  #counts(counts: Counts = {}): Counts {
    for (let left = this.#number(); left > 0; left--) {
      const name = this.#name();
      const count = this.#number();
      // Left out by the schema, too: it would be no name but the object's prototype.
      if (name !== "__proto__") counts[name] = count;
    }
    return counts;
  }

  #checks(): CheckCounts {
    const checks: CheckCounts = {};
    for (let left = this.#number(); left > 0; left--) {
      const name = this.#name();
      const counted = { passed: this.#number(), failed: this.#number() };
      if (name !== "__proto__") checks[name] = counted;
    }
    return checks;
  }

  #outcomes(): OutcomeCounts {
    const [ok, failed] = [this.#number(), this.#number()];
    return { ok, failed, neutral: this.#number(), interrupted: this.#number() };
  }

  #totals(): ShareTotals {
    const [scheduled, started, endedMs] = [this.#number(), this.#number(), this.#number()];
    return {
      ...{ scheduled, started, endedMs },
      dropped: this.#counts(),
      iterations: this.#outcomes(),
      requests: { ...this.#outcomes(), sent: this.#number() },
    };
  }

  #due(): DueDelta {
    const due: DueDelta = {
      second: this.#number(),
      started: this.#number(),
      dropped: this.#counts(),
      ok: this.#number(),
      failed: this.#number(),
      neutral: this.#number(),
      interrupted: this.#number(),
      iterationDuration: this.#bytes(),
      steps: this.#list(() => this.#step()),
    };
    const groups = this.#number();
    if (groups === 0) return due;
    due.groups = [];
    for (let left = groups - 1; left > 0; left--) due.groups.push(this.#group());
    return due;
  }

  #group(): GroupDue {
    const [group, ok, failed] = [this.#number(), this.#number(), this.#number()];
    return { group, ok, failed, duration: this.#bytes() };
  }

  #step(): StepDue {
    return {
      step: this.#number(),
      ok: this.#number(),
      failed: this.#number(),
      neutral: this.#number(),
      interrupted: this.#number(),
      statusCodes: this.#counts(byNumber()),
      errors: this.#counts(),
      outcomes: this.#counts(),
      checks: this.#checks(),
      response: this.#bytes(),
      service: this.#bytes(),
      phases: this.#phases(),
    };
  }

  #phases(): StepDue["phases"] {
    const bits = this.#number();
    const read: StepDue["phases"] = {};
    for (let i = 0; i < phases.length; i++) {
      const phase = phases[i];
      if (phase !== undefined && bits & (1 << i)) read[phase] = this.#bytes();
    }
    return read;
  }

  #wall(): WallDelta {
    return {
      second: this.#number(),
      inFlight: this.#number(),
      users: this.#number(),
      connections: this.#number(),
      lateness: this.#bytes(),
      steps: this.#list(() => this.#stepWall()),
    };
  }

  #stepWall(): StepWall {
    return {
      step: this.#number(),
      sent: this.#number(),
      completed: this.#number(),
      bytesSent: this.#number(),
      bytesReceived: this.#number(),
      redirects: this.#number(),
    };
  }

  #health(): Health {
    const [second, rssBytes] = [this.#number(), this.#number()];
    const [cpu, mbps, lagMs] = [this.#amount(), this.#amount(), this.#amount()];
    const health: Health = { second, cpu, rssBytes, mbps, lagMs };
    let bits = this.#number();
    for (const name of healthAmounts) {
      if (bits & 1) health[name] = this.#amount();
      bits >>>= 1;
    }
    for (const name of healthCounts) {
      if (bits & 1) health[name] = this.#number();
      bits >>>= 1;
    }
    for (const name of healthRooms) {
      const room = this.#headRoom();
      if (room !== undefined) health[name] = room;
    }
    return health;
  }

  #headRoom(): HeadRoom | null | undefined {
    const kind = this.#number();
    if (kind < 2) return kind === 0 ? undefined : null;
    return { left: this.#number(), limit: this.#number() };
  }
}

/** Throws RangeError, SyntaxError or TypeError when the bytes are no snapshot. */
export function readSnapshot(bytes: Uint8Array): Snapshot {
  return new SnapshotReader(bytes).snapshot();
}
