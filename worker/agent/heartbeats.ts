import type { BeatReply, Heartbeat, HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import type { AskOwner } from "./leaseOverHttp.ts";
import type { Directory } from "./ports.ts";
import type { RunOwners } from "./runOwners.ts";

/**
 * A directory that has not answered by then is waited for no longer where there is an owner to ask:
 * this, the owner's answer and the time between two heartbeats are together shorter than the lease.
 */
const ANSWER_WITHIN_MS = 500;

export interface HeartbeatsOptions {
  directory: Pick<Directory, "beat">;
  askOwner: AskOwner;
  owners: RunOwners;
  workerId: string;
  /** What to send, as things are now, and the shares in it. */
  heartbeat(): Heartbeat;
  shares(): HeldShare[];
  /** `sentUs` is when it was asked: leases count from then. */
  answered(reply: BeatReply, sentUs: number, by: "directory" | "owner"): void;
  warn(error: unknown): void;
  /** Monotonic. */
  nowUs(): number;
}

interface Beat {
  sentUs: number;
  /** Settles after its answer was taken; never rejects. */
  settled: Promise<void>;
  answer: Promise<BeatReply>;
}

/**
 * Keeps leases alive: one turn at a time asks the directory how the shares stand and, for those it
 * says nothing of, the controllers that own their runs.
 */
export class Heartbeats {
  readonly #options: HeartbeatsOptions;
  /** Not answered yet, however long ago it was sent: another one would only wait behind it. */
  #pending: Beat | undefined;
  #turn: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  /** A turn every `everyMs`, unless the one before is not over. `after` follows each. */
  start(everyMs: number, after: () => void): void {
    this.#timer = setInterval(() => {
      if (this.#turn === undefined) void this.beat().catch(this.#options.warn).then(after);
    }, everyMs);
  }

  /** Resolves when the turn under way is over, or was given its time. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#turn !== undefined) await inTime(this.#turn, ANSWER_WITHIN_MS).catch(() => {});
  }

  /** Resolves when a heartbeat as things are now was answered; rejects when none was. */
  beat(): Promise<void> {
    if (this.#turn === undefined) {
      this.#turn = this.#take().finally(() => (this.#turn = undefined));
      return this.#turn;
    }
    this.#next ??= this.#turn
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.beat();
      });
    return this.#next;
  }

  /**
   * Asks the run's owner for nothing, so that the first time it matters does not wait for code to be
   * loaded and compiled on both sides: there is little time when Redis has gone.
   */
  async tryOwner(runId: string): Promise<void> {
    const { owners, askOwner, workerId } = this.#options;
    const url = owners.urlOf(runId);
    // Whether it can be reached matters only when it has to be.
    if (url !== undefined) await askOwner(url, { workerId, shares: [] }).catch(() => undefined);
  }

  async #take(): Promise<void> {
    let unknown: HeldShare[];
    let failure: unknown;
    const { owners } = this.#options;
    const shares = this.#options.shares();
    try {
      const reply = await this.#askDirectory();
      const forgotten = reply.shares.filter(({ epoch }) => epoch === null);
      unknown = shares.filter((held) =>
        forgotten.some(({ runId, share }) => runId === held.runId && share === held.share),
      );
    } catch (error) {
      failure = error;
      unknown = shares;
      owners.unheard();
    }
    const renewed = await this.#askOwners(unknown);
    if (failure !== undefined && !(renewed && shares.length > 0)) throw failure;
  }

  async #askDirectory(): Promise<BeatReply> {
    const { nowUs, owners, shares } = this.#options;
    const hasOther = shares().some(({ runId }) => owners.urlOf(runId) !== undefined);
    const withinMs = hasOther ? ANSWER_WITHIN_MS : Infinity;
    const before = this.#pending;
    if (before !== undefined) {
      await inTime(before.settled, withinMs - (nowUs() - before.sentUs) / 1000);
    }
    return inTime(this.#send().answer, withinMs);
  }

  #send(): Beat {
    const { directory, heartbeat, owners, answered, nowUs } = this.#options;
    const sentUs = nowUs();
    const answer = directory.beat(heartbeat()).then((reply) => {
      owners.heard(reply.owners, nowUs() / 1000);
      answered(reply, sentUs, "directory");
      return reply;
    });
    const settled = answer.then(
      () => this.#settled(beat, true),
      () => this.#settled(beat, false),
    );
    const beat: Beat = { sentUs, answer, settled };
    this.#pending = beat;
    return beat;
  }

  #settled(beat: Beat, isAnswered: boolean): void {
    this.#pending = undefined;
    const isLate = this.#options.nowUs() - beat.sentUs > ANSWER_WITHIN_MS * 1000;
    // Little or nothing is left of the lease it gave.
    if (isLate && isAnswered && this.#timer !== undefined) this.beat().catch(this.#options.warn);
  }

  /** True when every share has an answer of its owner. */
  async #askOwners(shares: readonly HeldShare[]): Promise<boolean> {
    const { owners } = this.#options;
    const byUrl = Map.groupBy(shares, ({ runId }) => owners.urlOf(runId));
    const answers = await Promise.all(
      [...byUrl].map(async ([url, held]) => url !== undefined && this.#askOwner(url, held)),
    );
    return answers.every(Boolean);
  }

  async #askOwner(url: string, held: readonly HeldShare[]): Promise<boolean> {
    const { askOwner, workerId, owners, answered, warn, nowUs } = this.#options;
    const sentUs = nowUs();
    const shares = held.map(({ runId, share, epoch }) => ({ runId, share, epoch }));
    try {
      const reply = await askOwner(url, { workerId, shares });
      if (reply === undefined) return false;
      owners.heard(reply.owners, nowUs() / 1000);
      answered(reply, sentUs, "owner");
      return true;
    } catch (error) {
      warn(error);
      return false;
    }
  }
}

/** Rejects when `promise` has not settled within `ms`. */
async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  if (ms === Infinity) return promise;
  // It may reject when nobody waits for it any more.
  promise.catch(() => {});
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error("the directory of workers has not answered in time")),
    Math.max(0, ms),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
