import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeCommand, readReply, RefusedCommand, type Reply, ReplyEnd } from "./resp.ts";

const { tree } = fc.letrec<{ tree: Reply }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 40 }),
    fc.constant(null),
    fc.constantFrom("OK", "12", ""),
    fc.array(tie("tree"), { maxLength: 4 }),
  ),
}));

/** As Redis writes it. */
function written(reply: Reply): Buffer {
  if (reply === null) return Buffer.from("$-1\r\n");
  if (typeof reply === "string") return Buffer.from(`+${reply}\r\n`);
  if (Array.isArray(reply)) {
    return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(written)]);
  }
  return Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from("\r\n")]);
}

const plain = (bytes: Uint8Array) => Uint8Array.from(bytes);

test("a reply is read as it was written", () => {
  fc.assert(
    fc.property(tree, (reply) => {
      expect(readReply(plain(written(reply)))).toEqual(reply);
    }),
  );
});

test("a reply ends with its last byte, in whatever pieces it comes and whatever stood there before", () => {
  fc.assert(
    fc.property(
      tree,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (reply, steps) => {
        const bytes = plain(written(reply));
        const memory = new Uint8Array(bytes.length + 20).fill(13);
        const end = new ReplyEnd();
        let [length, turn] = [0, 0];
        while (length < bytes.length) {
          expect(end.isWithin(memory, length)).toBe(false);
          const next = Math.min(bytes.length, length + (steps[turn++ % steps.length] ?? 1));
          memory.set(bytes.subarray(length, next), length);
          length = next;
        }
        expect(end.isWithin(memory, length)).toBe(true);
      },
    ),
  );
});

test("an array that is not there is null", () => {
  const bytes = plain(Buffer.from("*-1\r\n"));
  expect(new ReplyEnd().isWithin(bytes, bytes.length)).toBe(true);
  expect(readReply(bytes)).toBeNull();
});

test("a refusal is thrown, with what Redis says", () => {
  const bytes = plain(Buffer.from("-NOAUTH Authentication required.\r\n"));
  expect(new ReplyEnd().isWithin(bytes, bytes.length)).toBe(true);
  expect(() => readReply(bytes)).toThrow(new RefusedCommand("NOAUTH Authentication required."));
});

describe("what is not the protocol", () => {
  test.each(["$x\r\n", "*1.5\r\n", "$-2\r\n"])("%j is told", (text) => {
    const bytes = plain(Buffer.from(text));
    expect(() => new ReplyEnd().isWithin(bytes, bytes.length)).toThrow("not its protocol");
  });
});

test("a command counts the bytes of its words, not their letters", () => {
  expect(encodeCommand(["AUTH", "pä", 5])).toBe("*3\r\n$4\r\nAUTH\r\n$3\r\npä\r\n$1\r\n5\r\n");
});
