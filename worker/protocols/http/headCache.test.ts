import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HeadCache } from "./headCache.ts";
import { ResponseParser } from "./responseParser.ts";

const response = fc.record({
  status: fc.constantFrom(200, 201, 204, 304, 404, 503),
  /** As a clock in the head: the same for a while, then another. */
  date: fc.integer({ min: 1, max: 3 }),
  body: fc.constantFrom("", "ok", "a longer one", "HTTP/1.1 200 OK\r\n\r\n"),
  framing: fc.constantFrom("length", "chunked"),
  connection: fc.constantFrom("", "connection: close\r\n", "connection: keep-alive\r\n"),
  interim: fc.boolean(),
});
type Response = typeof response extends fc.Arbitrary<infer R> ? R : never;

function bytesOf({ status, date, body, framing, connection, interim }: Response): Buffer {
  const hasBody = status !== 204 && status !== 304;
  const head = `HTTP/1.1 ${status} X\r\ndate: ${date}\r\n${connection}`;
  const early = interim ? "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" : "";
  if (!hasBody) return Buffer.from(`${early}${head}\r\n`);
  if (framing === "length") {
    return Buffer.from(`${early}${head}content-length: ${body.length}\r\n\r\n${body}`);
  }
  const chunk = body === "" ? "" : `${body.length.toString(16)}\r\n${body}\r\n`;
  return Buffer.from(`${early}${head}transfer-encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`);
}

/** What a parser says of a response that arrives in pieces. */
function outcome(parser: ResponseParser, bytes: Buffer, pieces: number, cache?: HeadCache) {
  parser.begin(false, cache);
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  let taken = 0;
  for (let at = 0; at < bytes.length; at += size) {
    taken += parser.feed(bytes, at, Math.min(bytes.length, at + size));
  }
  const { status, keepAlive, isDone, hasFailed } = parser;
  return { status, keepAlive, isDone, hasFailed, taken };
}

describe("a cache of heads", () => {
  test("changes nothing of what is understood, however responses follow and are split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ response, pieces: fc.constantFrom(1, 1, 1, 2, 7) }), {
          maxLength: 40,
        }),
        (list) => {
          const cache = new HeadCache();
          const [plain, caching] = [new ResponseParser(), new ResponseParser()];
          for (const { response: one, pieces } of list) {
            const bytes = bytesOf(one);
            const known = outcome(caching, bytes, pieces, cache);
            expect(known).toEqual(outcome(plain, bytes, pieces));
            expect(known.isDone).toBe(true);
          }
        },
      ),
    );
  });

  test("knows the head it has seen last, and nothing that only begins like it", () => {
    const cache = new HeadCache();
    const head = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n");
    expect(cache.match(head, 0, head.length)).toBe(0);
    cache.learn(head, 0, head.length, { status: 200, keepAlive: true, contentLength: 2 });
    expect(cache.match(Buffer.concat([head, Buffer.from("ok")]), 0, head.length + 2)).toBe(
      head.length,
    );
    expect(cache.match(head, 0, head.length - 1)).toBe(0);
    const other = Buffer.from(head.toString().replace("200", "201"));
    expect(cache.match(other, 0, other.length)).toBe(0);
  });

  test("no longer looks where no head comes twice, and looks again later", () => {
    const cache = new HeadCache();
    const headOf = (n: number) => Buffer.from(`HTTP/1.1 200 OK\r\nid: ${n}\r\n\r\n`);
    const parsed = { status: 200, keepAlive: true, contentLength: 0 };
    const learn = (n: number) => {
      const head = headOf(n);
      cache.learn(head, 0, head.length, parsed);
    };
    for (let n = 0; n < 100; n++) learn(n);
    learn(100);
    expect(cache.match(headOf(100), 0, headOf(100).length)).toBe(0);
    const matches = Array.from({ length: 1_100 }, (_, n) => {
      learn(n);
      return cache.match(headOf(n), 0, headOf(n).length) > 0;
    });
    expect(matches).toContain(true);
  });
});
