import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Outbox } from "./outbox.ts";
import type { ReportSink } from "./ports.ts";

/** A stream that keeps what it takes; `broken` makes it refuse. */
class FakeStream implements ReportSink {
  readonly taken: number[] = [];
  broken = false;
  /** Called before each report is taken. */
  before: () => Promise<void> = async () => {};

  async append(_runId: string, bytes: Uint8Array): Promise<void> {
    await this.before();
    if (this.broken) throw new Error("the stream does not answer");
    this.taken.push(bytes[0] as number);
  }
}

const one = (seq: number) => () => Uint8Array.of(seq);

function filled(count: number): { stream: FakeStream; outbox: Outbox } {
  const stream = new FakeStream();
  const outbox = new Outbox("run", stream);
  for (let seq = 1; seq <= count; seq++) outbox.add(seq, one(seq));
  return { stream, outbox };
}

describe("an outbox", () => {
  test("sends in the order of seq, each once", async () => {
    const { stream, outbox } = filled(3);
    await outbox.flush(0);
    await outbox.flush(1);
    expect(stream.taken).toEqual([1, 2, 3]);
  });

  test("keeps everything until it is acknowledged", async () => {
    const { outbox } = filled(2);
    await outbox.flush(0);
    expect(outbox.isEmpty).toBe(false);
    outbox.acknowledge(1);
    expect(outbox.isEmpty).toBe(false);
    outbox.acknowledge(2);
    expect(outbox.isEmpty).toBe(true);
  });

  test("goes on where the stream failed", async () => {
    const { stream, outbox } = filled(3);
    stream.before = async () => void (stream.broken = stream.taken.length === 1);
    await expect(outbox.flush(0)).rejects.toThrow("does not answer");
    stream.before = async () => void (stream.broken = false);
    await outbox.flush(1);
    expect(stream.taken).toEqual([1, 2, 3]);
  });

  test("sends what is added while it is sending, in its place", async () => {
    const { stream, outbox } = filled(1);
    stream.before = async () => {
      stream.before = async () => {};
      outbox.add(2, one(2));
    };
    await outbox.flush(0);
    expect(stream.taken).toEqual([1, 2]);
  });

  test("two flushes at once send nothing twice", async () => {
    const { stream, outbox } = filled(3);
    await Promise.all([outbox.flush(0), outbox.flush(0)]);
    expect(stream.taken).toEqual([1, 2, 3]);
  });

  test("sends again what stays unacknowledged, when silence has lasted", async () => {
    const { stream, outbox } = filled(3);
    await outbox.flush(1_000);
    outbox.acknowledge(1);
    outbox.resendIfSilent(3_000, 2_000);
    await outbox.flush(3_000);
    expect(stream.taken).toEqual([1, 2, 3]);
    outbox.resendIfSilent(3_001, 2_000);
    await outbox.flush(3_001);
    expect(stream.taken).toEqual([1, 2, 3, 2, 3]);
  });

  test("has nothing to send again when all is acknowledged", async () => {
    const { stream, outbox } = filled(2);
    await outbox.flush(0);
    outbox.acknowledge(2);
    outbox.resendIfSilent(60_000, 2_000);
    await outbox.flush(60_000);
    expect(stream.taken).toEqual([1, 2]);
  });

  test("sends again although newer snapshots go out every second", async () => {
    const { stream, outbox } = filled(0);
    // Nothing is ever acknowledged: the first one was lost on the way.
    for (let seq = 1; seq <= 6; seq++) {
      outbox.add(seq, one(seq));
      outbox.resendIfSilent(seq * 1_000, 2_000);
      await outbox.flush(seq * 1_000);
    }
    expect(stream.taken.filter((seq) => seq === 1).length).toBeGreaterThan(1);
  });

  test("an old acknowledgement changes nothing", async () => {
    const { stream, outbox } = filled(3);
    outbox.acknowledge(2);
    outbox.acknowledge(1);
    await outbox.flush(0);
    expect(stream.taken).toEqual([3]);
  });

  test("gives up the oldest when it is full, and counts them", async () => {
    const stream = new FakeStream();
    const outbox = new Outbox("run", stream);
    const large = (seq: number) => (oldest: number) => {
      const bytes = new Uint8Array(24 * 1024 * 1024);
      bytes.set([seq, oldest]);
      return bytes;
    };
    for (let seq = 1; seq <= 4; seq++) outbox.add(seq, large(seq));
    expect(outbox.overflowed).toBe(2);
    await outbox.flush(0);
    expect(stream.taken).toEqual([3, 4]);
    // What is acknowledged makes room again.
    outbox.acknowledge(4);
    outbox.add(5, large(5));
    outbox.add(6, large(6));
    expect(outbox.overflowed).toBe(2);
  });

  test("a single snapshot is kept however large it is", () => {
    const outbox = new Outbox("run", new FakeStream());
    outbox.add(1, () => new Uint8Array(65 * 1024 * 1024));
    expect([outbox.isEmpty, outbox.overflowed]).toEqual([false, 0]);
  });

  test("is bounded in count, too", () => {
    const { outbox } = filled(3_601);
    expect(outbox.overflowed).toBe(1);
  });

  test("sends nothing more of what nobody wants", async () => {
    const { stream, outbox } = filled(3);
    stream.before = async () => outbox.clear();
    await outbox.flush(0);
    expect(stream.taken).toEqual([1]);
    expect(outbox.isEmpty).toBe(true);
  });
});

test("whatever it gives up, the word of what can still be had goes out with what is left", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ large: fc.boolean(), acknowledge: fc.nat({ max: 3 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      async (steps) => {
        const told: number[] = [];
        const sent = new Set<number>();
        const outbox = new Outbox("run", {
          async append(_runId, bytes) {
            sent.add(bytes[0] as number);
            told.push(bytes[1] as number);
          },
        });
        let acked = 0;
        for (const [index, { large, acknowledge }] of steps.entries()) {
          const seq = index + 1;
          const length = large ? 30 * 1024 * 1024 : 2;
          outbox.add(seq, (oldest) => {
            const bytes = new Uint8Array(length);
            bytes.set([seq, oldest]);
            return bytes;
          });
          acked = Math.max(acked, Math.min(seq, acknowledge));
          outbox.acknowledge(acked);
        }
        await outbox.flush(0);
        // What is neither acknowledged nor sent is lost, and known to be.
        const lost = steps.map((_, index) => index + 1).filter((n) => n > acked && !sent.has(n));
        const oldest = Math.max(0, ...told);
        for (const seq of lost) expect(seq).toBeLessThan(oldest);
        for (const seq of sent) expect(seq).toBeGreaterThanOrEqual(oldest);
      },
    ),
    { numRuns: 20 },
  );
});

test("whatever fails on the way, every snapshot arrives, and first times are in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 5 }), { maxLength: 60 }), async (choices) => {
      const stream = new FakeStream();
      const outbox = new Outbox("run", stream);
      let [seq, nowMs] = [0, 0];
      const flush = () => outbox.flush(nowMs).catch(() => {});
      for (const choice of choices) {
        nowMs += 1_000;
        if (choice < 2) outbox.add(++seq, one(seq));
        else if (choice === 2) stream.broken = !stream.broken;
        else if (choice === 3) outbox.resendIfSilent(nowMs, 2_000);
        else if (choice === 4) outbox.acknowledge(Math.max(0, ...stream.taken) - 1);
        else await flush();
      }
      stream.broken = false;
      await flush();
      const first = [...new Set(stream.taken)];
      expect(first).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
      outbox.acknowledge(seq);
      expect(outbox.isEmpty).toBe(true);
    }),
  );
});
