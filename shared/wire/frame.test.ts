import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFrame, encodeFrame } from "./frame.ts";

const key = fc.string().filter((text) => text !== "$bytes" && text !== "__proto__");

/** Trees of everything JSON can say, and byte arrays. */
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1.5, Number.MAX_SAFE_INTEGER, ""),
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("tree"), { maxLength: 5 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

const frameOf = (header: string, body: readonly number[] = []) => {
  const bytes = new TextEncoder().encode(header);
  const length = [bytes.length & 255, bytes.length >> 8, 0, 0];
  return Uint8Array.from([...length, ...bytes, ...body]);
};

describe("decode(encode(x)) = x", () => {
  test("for any tree with byte arrays in it", () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(decodeFrame(encodeFrame(value))).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  test("within a larger buffer, as bytes arrive from a socket", () => {
    const frame = encodeFrame({ a: [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)] });
    const received = new Uint8Array(frame.length + 20);
    received.set(frame, 10);
    const value = decodeFrame(received.subarray(10, 10 + frame.length));
    expect(value).toEqual({ a: [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)] });
  });

  test.each([null, 5, ["a", "b"], [1], [1.5, 2]])("a value of the name $bytes: %j", (value) => {
    expect(decodeFrame(encodeFrame({ $bytes: value }))).toEqual({ $bytes: value });
  });

  test("bytes travel raw: a frame is little longer than what is in it", () => {
    expect(encodeFrame({ a: new Uint8Array(10_000) }).length).toBeLessThan(10_050);
  });
});

describe("what is not a frame is refused", () => {
  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["less than a length", Uint8Array.of(1, 0, 0)],
    ["a header longer than the frame", Uint8Array.of(255, 255, 255, 255, 1)],
    ["an empty header", Uint8Array.of(0, 0, 0, 0)],
    ["a header that is not JSON", frameOf("{")],
    ["a header that is not UTF-8", Uint8Array.of(2, 0, 0, 0, 0xff, 0xfe)],
    ["bytes that are not there", frameOf('{"$bytes":[0,3]}', [1, 2])],
    ["bytes before the body", frameOf('{"$bytes":[-2,2]}', [1, 2])],
    ["bytes of negative length", frameOf('{"$bytes":[1,-1]}', [1, 2])],
  ])("%s", (_name, bytes) => {
    expect(() => decodeFrame(bytes)).toThrow();
  });

  const known = [RangeError, SyntaxError, TypeError];
  const knownOrFine = (bytes: Uint8Array) => {
    try {
      decodeFrame(bytes);
    } catch (error) {
      expect(known.some((kind) => error instanceof kind)).toBe(true);
    }
  };

  test("any bytes end in a value or one of three errors", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), knownOrFine), { numRuns: 500 });
  });

  test("so does any frame with a byte changed or cut off", () => {
    fc.assert(
      fc.property(tree, fc.nat(), fc.nat({ max: 255 }), fc.boolean(), (value, at, byte, cut) => {
        const frame = encodeFrame(value);
        const place = at % frame.length;
        if (!cut) frame[place] = byte;
        knownOrFine(cut ? frame.subarray(0, place) : frame);
      }),
      { numRuns: 300 },
    );
  });
});
