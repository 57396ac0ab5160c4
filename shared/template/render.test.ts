import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeForForm,
  encodeForHeader,
  encodeForJson,
  encodeForPart,
  encodeForUrl,
} from "./encodings.ts";
import { integerRender, type Render, type Subject, uuidRender } from "./render.ts";

const subject: Subject = { arrival: 0, user: 0, variables: [] };

/** What the writer of a value writes, at any place and nowhere else. */
function written({ plain }: Render, at: number): string {
  if (plain === undefined) throw new TypeError("it has no writer");
  const length = plain.measure(subject);
  const bytes = new Uint8Array(at + length + 3).fill(33);
  plain.write(bytes, at);
  expect(bytes.subarray(0, at).every((byte) => byte === 33)).toBe(true);
  expect([...bytes.subarray(at + length)]).toEqual([33, 33, 33]);
  return Buffer.from(bytes.subarray(at, at + length)).toString("latin1");
}

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const integers = fc.maxSafeInteger().map((value) => integerRender(() => value));
const uuids = fc
  .array(word, { minLength: 4, maxLength: 4 })
  .map((words) => uuidRender({ word: (index) => words[index] as number }));

describe.each([
  ["whole numbers", integers],
  ["uuids", uuids],
])("%s that are written", (_, renders) => {
  test("are the text that they are rendered to", () => {
    fc.assert(
      fc.property(renders, fc.nat({ max: 5 }), (render, at) => {
        expect(written(render, at)).toBe(render(subject));
      }),
    );
  });

  test("are left alone by every encoding", () => {
    fc.assert(
      fc.property(renders, (render) => {
        const text = render(subject);
        for (const encode of [
          encodeForForm,
          encodeForHeader,
          encodeForJson,
          encodeForPart,
          encodeForUrl,
        ]) {
          expect(encode(text)).toBe(text);
        }
      }),
    );
  });
});

test.each([0, 9, 10, 99, 100, -1, -10, 2 ** 31, 2 ** 53 - 1])("%i has all its digits", (value) => {
  expect(
    written(
      integerRender(() => value),
      0,
    ),
  ).toBe(`${value}`);
});
