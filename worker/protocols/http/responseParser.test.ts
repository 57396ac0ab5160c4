import { describe, expect, test } from "vitest";
import { cases } from "./conformanceCases.testing.ts";
import { HeadCache } from "./headCache.ts";
import { ResponseCapture } from "./responseCapture.ts";
import { ResponseParser } from "./responseParser.ts";

/** Larger answers are cut near their ends, and at every so many bytes between. */
const EVERY_CUT_BYTES = 1_000;
const EDGE_BYTES = 150;
const STRIDE_BYTES = 397;

const wholeOf = (pieces: readonly (string | Uint8Array)[]) =>
  Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));

/** Where to cut an answer in two. */
function cutsOf(length: number): number[] {
  const everywhere = Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1);
  if (length <= EVERY_CUT_BYTES) return everywhere;
  return everywhere.filter(
    (at) => at < EDGE_BYTES || at > length - EDGE_BYTES || at % STRIDE_BYTES === 0,
  );
}

/** Ends of pieces of `step` bytes. */
const steps = (length: number, step: number) =>
  Array.from({ length: Math.floor(length / step) }, (_, i) => (i + 1) * step);

interface Way {
  ends: boolean;
  cache?: HeadCache;
}

/** What comes of an answer that arrives in pieces which end at `cuts`, read into one buffer. */
function outcomeOf(answer: Uint8Array, cuts: readonly number[], { ends, cache }: Way) {
  const parser = new ResponseParser();
  // A cached head gives no headers, so that the two never go together.
  const capture = cache === undefined ? new ResponseCapture() : null;
  capture?.begin({ bodyLimit: 1_000, headers: ["x"] });
  parser.begin(false, cache, capture);
  const readBuffer = Buffer.alloc(answer.length);
  let from = 0;
  let taken = 0;
  for (const to of [...cuts, answer.length]) {
    if (parser.isDone || parser.hasFailed) break;
    readBuffer.fill(0xff);
    readBuffer.set(answer.subarray(from, to));
    taken += parser.feed(readBuffer, 0, to - from);
    if (!parser.isDone) capture?.keep();
    from = to;
  }
  if (ends) parser.end();
  if (parser.hasFailed) return { failed: true };
  const { status, isDone, keepAlive } = parser;
  if (!isDone) return { isDone };
  const seen = capture && { body: capture.text(), size: capture.size, x: capture.header("x") };
  return { status, isDone, keepAlive, taken, ...seen };
}

const table = Object.entries(cases).map(([what, { script, outcome }]) => ({
  ...{ what, outcome, answer: wholeOf(script.pieces), ends: script.last === "end" },
}));

describe("wherever an answer is cut, the parser comes to the same outcome", () => {
  test.each(table)("$what", ({ answer, ends, outcome }) => {
    const whole = outcomeOf(answer, [], { ends });
    expect(whole.failed === true).toBe(outcome.error === "protocol");
    expect(whole.isDone === true).toBe(outcome.error === "");
    for (const cut of cutsOf(answer.length)) {
      expect(outcomeOf(answer, [cut], { ends }), `cut at ${cut}`).toEqual(whole);
    }
    const step = answer.length > EVERY_CUT_BYTES ? STRIDE_BYTES : 1;
    expect(outcomeOf(answer, steps(answer.length - 1, step), { ends })).toEqual(whole);
  });

  test.each(table)("with its head known: $what", ({ answer, ends }) => {
    const way = { ends, cache: new HeadCache() };
    const whole = outcomeOf(answer, [], way);
    for (const cut of cutsOf(answer.length)) {
      expect(outcomeOf(answer, [cut], way), `cut at ${cut}`).toEqual(whole);
    }
  });
});
