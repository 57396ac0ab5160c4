import type { ReportStream, StreamEntry } from "../ports.ts";
import { followStream } from "./followStream.ts";

const BATCH_ENTRIES = 200;

/**
 * Reports that a stream keeps at least, and how many it drops at once beyond them: only a stream
 * that nobody trims gets there. Its reader finds the gap in the seqs of its shares.
 */
const KEPT_REPORTS = 200_000;
const DROPPED_AT_ONCE = 10_000;

interface RunStream {
  /** Kept until trimmed; entry i has position `firstNumber + i`. */
  entries: StreamEntry[];
  firstNumber: number;
  /** Readers that wait for the next entry. */
  waiting: Set<() => void>;
}

export interface LocalReportStream extends ReportStream {
  append(runId: string, bytes: Uint8Array): void;
}

/** Streams in memory; positions are ascending numbers. */
export function createLocalReportStream(warn: (text: string) => void): LocalReportStream {
  const streams = new Map<string, RunStream>();
  // A stream begun anew after `remove` numbers on, so that an old position never hides its entries.
  let unusedNumber = 1;
  const streamOf = (runId: string): RunStream => {
    const known = streams.get(runId);
    if (known !== undefined) return known;
    const stream = { entries: [], firstNumber: unusedNumber, waiting: new Set<() => void>() };
    streams.set(runId, stream);
    return stream;
  };
  return {
    append(runId, bytes) {
      const stream = streamOf(runId);
      const position = String(stream.firstNumber + stream.entries.length);
      // A copy, so that a small report does not keep the pipe's whole read buffer alive.
      stream.entries.push({ position, bytes: bytes.slice() });
      if (stream.entries.length >= KEPT_REPORTS + DROPPED_AT_ONCE) {
        stream.entries.splice(0, DROPPED_AT_ONCE);
        stream.firstNumber += DROPPED_AT_ONCE;
      }
      for (const wake of stream.waiting) wake();
    },
    read(runId, position, handle) {
      const next = (after: string, signal: AbortSignal) =>
        nextBatch(streamOf(runId), after, signal);
      return followStream({ next, warn }, position, handle);
    },
    async trim(runId, position) {
      const stream = streams.get(runId);
      if (stream === undefined) return;
      const removed = stream.entries.splice(0, indexAfter(stream, position));
      stream.firstNumber += removed.length;
    },
    async remove(runId) {
      const stream = streams.get(runId);
      if (stream === undefined) return;
      stream.firstNumber += stream.entries.length;
      stream.entries = [];
      unusedNumber = Math.max(unusedNumber, stream.firstNumber);
      if (stream.waiting.size === 0) streams.delete(runId);
    },
  };
}

function indexAfter(stream: RunStream, position: string): number {
  return Math.max(0, Number(position) - stream.firstNumber + 1);
}

async function nextBatch(
  stream: RunStream,
  position: string,
  signal: AbortSignal,
): Promise<StreamEntry[]> {
  const from = indexAfter(stream, position);
  if (from >= stream.entries.length) await nextEntry(stream, signal);
  const now = indexAfter(stream, position);
  return stream.entries.slice(now, now + BATCH_ENTRIES);
}

function nextEntry(stream: RunStream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      stream.waiting.delete(wake);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    stream.waiting.add(wake);
    signal.addEventListener("abort", wake);
  });
}
