import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader, ByteWriter } from "./varints.ts";

type Part = { number: number } | { float: number } | { bytes: Uint8Array };

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ number: fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat()) }),
  fc.record({ float: fc.double() }),
  fc.record({ bytes: fc.uint8Array({ maxLength: 40 }) }),
);

function write(parts: readonly Part[], expectedBytes: number): Uint8Array {
  const writer = new ByteWriter(expectedBytes);
  for (const each of parts) {
    if ("number" in each) writer.number(each.number);
    else if ("float" in each) writer.float(each.float);
    else writer.bytes(each.bytes);
  }
  return writer.take();
}

function read(bytes: Uint8Array, like: readonly Part[]): Part[] {
  const reader = new ByteReader(bytes);
  const parts = like.map((each) => {
    if ("number" in each) return { number: reader.number() };
    if ("float" in each) return { float: reader.float() };
    return { bytes: reader.take(each.bytes.length) };
  });
  expect(reader.at).toBe(bytes.length);
  return parts;
}

const parts = fc.array(part, { minLength: 1, maxLength: 30 });

test("what was written is read, whatever room was expected, also within a larger buffer", () => {
  fc.assert(
    fc.property(parts, fc.nat({ max: 20 }), (list, expectedBytes) => {
      const bytes = write(list, expectedBytes);
      expect(read(bytes, list)).toEqual(list);
      const larger = new Uint8Array(bytes.length + 9);
      larger.set(bytes, 3);
      expect(read(larger.subarray(3, 3 + bytes.length), list)).toEqual(list);
    }),
  );
});

test("whatever is cut off is missed", () => {
  fc.assert(
    fc.property(parts, fc.nat(), (list, cut) => {
      const bytes = write(list, 64);
      fc.pre(bytes.length > 0);
      expect(() => read(bytes.subarray(0, cut % bytes.length), list)).toThrow(RangeError);
    }),
  );
});

test.each<[string, number[]]>([
  ["of nine bytes", [128, 128, 128, 128, 128, 128, 128, 128, 1]],
  ["that never ends", Array.from({ length: 100 }, () => 255)],
  ["of 2^53", [128, 128, 128, 128, 128, 128, 128, 16]],
])("a number %s is refused", (_name, bytes) => {
  expect(() => new ByteReader(Uint8Array.from(bytes)).number()).toThrow(RangeError);
});
