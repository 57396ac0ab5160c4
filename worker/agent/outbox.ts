import type { ReportSink } from "./ports.ts";

/** Snapshots kept for one share until they are merged and stored; about a minute of large ones. */
const MAX_BYTES = 64 * 1024 * 1024;
/** The same for small ones: an hour. */
const MAX_COUNT = 3_600;

const MAX_RESEND_MS = 60_000;

interface Kept {
  seq: number;
  bytes: Uint8Array;
  /** Infinity before it was sent. */
  sentAtMs: number;
}

/**
 * What a share has reported and the controller has not acknowledged yet. Everything is sent in the
 * order of seq; what stays unacknowledged is sent again, which the controller takes as one.
 */
export class Outbox {
  /** Snapshots given up because the buffer was full; shown, and a gap the controller sees. */
  overflowed = 0;
  readonly #runId: string;
  readonly #sink: ReportSink;
  #kept: Kept[] = [];
  #bytes = 0;
  #sentSeq = 0;
  #ackedSeq = 0;
  #resends = 0;
  #sending = false;

  constructor(runId: string, sink: ReportSink) {
    this.#runId = runId;
    this.#sink = sink;
  }

  get isEmpty(): boolean {
    return this.#kept.length === 0;
  }

  /**
   * `encode` is told the oldest seq that is still kept. It is called again when this one displaces
   * others: what is given up is always told by a snapshot that is kept, the newest, however stale
   * the word of the ones before.
   */
  add(seq: number, encode: (oldest: number) => Uint8Array): void {
    const bytes = encode(this.#kept[0]?.seq ?? seq);
    const added: Kept = { seq, bytes, sentAtMs: Infinity };
    this.#kept.push(added);
    this.#bytes += bytes.length;
    const before = this.overflowed;
    while ((this.#bytes > MAX_BYTES || this.#kept.length > MAX_COUNT) && this.#kept.length > 1) {
      this.#bytes -= this.#kept.shift()?.bytes.length ?? 0;
      this.overflowed++;
    }
    if (this.overflowed === before) return;
    added.bytes = encode(this.#kept[0]?.seq ?? seq);
    this.#bytes += added.bytes.length - bytes.length;
  }

  /** Nobody wants it any more. */
  clear(): void {
    this.#kept = [];
    this.#bytes = 0;
  }

  acknowledge(seq: number): void {
    if (seq <= this.#ackedSeq) return;
    this.#ackedSeq = seq;
    this.#resends = 0;
    this.#kept = this.#kept.filter((kept) => kept.seq > seq);
    this.#bytes = this.#kept.reduce((sum, kept) => sum + kept.bytes.length, 0);
  }

  /** Everything unacknowledged goes out again when its oldest was sent longer than `afterMs` ago. */
  resendIfSilent(nowMs: number, afterMs: number): void {
    const sentAtMs = this.#kept[0]?.sentAtMs ?? Infinity;
    // Each time in vain doubles the wait: what is away for long must not be buried in copies.
    const waitMs = Math.min(MAX_RESEND_MS, afterMs * 2 ** this.#resends);
    if (!this.#sending && nowMs - sentAtMs > waitMs) {
      this.#sentSeq = this.#ackedSeq;
      this.#resends++;
    }
  }

  /** Sends what was not sent yet; a failure leaves it for the next call. */
  async flush(nowMs: number): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (;;) {
        const next = this.#kept.find((kept) => kept.seq > this.#sentSeq);
        if (next === undefined) break;
        await this.#sink.append(this.#runId, next.bytes);
        this.#sentSeq = next.seq;
        next.sentAtMs = nowMs;
      }
    } finally {
      this.#sending = false;
    }
  }
}
