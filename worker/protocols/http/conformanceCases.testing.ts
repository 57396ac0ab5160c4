import type { Outcome } from "./conformance.testing.ts";
import type { Script } from "./scriptedServer.testing.ts";

/** What a server may answer, friendly or hostile, and what becomes of the request. */

export const OK = "HTTP/1.1 200 OK\r\n";
export const LENGTH_2 = "content-length: 2\r\n\r\nok";
export const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

const trailer = (lines: string) => `${CHUNKED}2\r\nok\r\n0\r\n${lines}\r\n\r\n`;
const bytewise = (text: string) => text.split("");

interface Case {
  script: Script;
  outcome: Outcome;
}

const answers = (status: number, ...pieces: (string | Uint8Array)[]): Case => ({
  script: { pieces },
  outcome: { status, error: "" },
});
const breaks = (error: string, ...pieces: string[]): Case => ({
  script: { pieces },
  outcome: { status: 0, error },
});
const then = (how: "end" | "reset", { script, outcome }: Case): Case => ({
  script: { ...script, last: how },
  outcome,
});

export const cases: Record<string, Case> = {
  "a body with a length": answers(200, `${OK}${LENGTH_2}`),
  "every byte in a segment of its own": answers(200, ...bytewise(`${OK}${LENGTH_2}`)),
  "a chunked body with extensions and trailers": answers(
    200,
    `${CHUNKED}2\r\nok\r\n3;a=b\r\nabc\r\n0\r\nx: y\r\n\r\n`,
  ),
  "a chunked body byte by byte": answers(200, ...bytewise(`${CHUNKED}2\r\nok\r\n0\r\n\r\n`)),
  "trailers as large as headers may be": answers(
    200,
    `${OK}transfer-encoding: chunked\r\nx: ${"a".repeat(15_000)}\r\n\r\n`,
    `2\r\nok\r\n0\r\nx: ${"a".repeat(15_000)}\r\n\r\n`,
  ),
  "a trailer that names a coding": answers(200, trailer("transfer-encoding: chunked")),
  "a chunk with long extensions": answers(
    200,
    `${CHUNKED}2;a=${"b".repeat(6_000)}\r\nok\r\n0\r\n\r\n`,
  ),
  "a chunk with an extension in quotes": answers(
    200,
    `${CHUNKED}2;a="b \\"c";d\r\nok\r\n0\r\n\r\n`,
  ),
  "a chunk size after many zeros": answers(
    200,
    `${CHUNKED}${"0".repeat(5_000)}2\r\nok\r\n${"0".repeat(40)}\r\n\r\n`,
  ),
  "a length after many zeros": answers(200, `${OK}content-length: ${"0".repeat(5_000)}2\r\n\r\nok`),
  "a length of nothing but zeros": answers(200, `${OK}content-length: ${"0".repeat(40)}\r\n\r\n`),
  "a coding in capitals": answers(200, `${OK}Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n`),
  "two codings, chunked last": answers(
    200,
    `${OK}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  ),
  "a body until the connection closes": then("end", answers(200, `${OK}\r\nabc`)),
  "connection: close": then("end", answers(200, `${OK}connection: close\r\n${LENGTH_2}`)),
  "a coding that is not chunked, until the close": then(
    "end",
    answers(200, `${OK}transfer-encoding: gzip\r\n\r\nabc`),
  ),
  "chunked before another coding, until the close": then(
    "end",
    answers(200, `${OK}transfer-encoding: chunked, gzip\r\n\r\nabc`),
  ),
  "no body with 204": answers(204, "HTTP/1.1 204 No Content\r\n\r\n"),
  "no body with 204, whatever its length says": answers(
    204,
    "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n",
  ),
  "no body with 304": answers(304, "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n"),
  "an interim response before the real one": answers(
    200,
    "HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n",
    `${OK}${LENGTH_2}`,
  ),
  "HTTP/1.0": then("end", answers(200, `HTTP/1.0 200 OK\r\n${LENGTH_2}`)),
  "HTTP/1.0 that keeps the connection": answers(
    200,
    `HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n${LENGTH_2}`,
  ),
  "no reason": answers(200, `HTTP/1.1 200\r\n${LENGTH_2}`),
  "a status nobody has heard of": answers(999, `HTTP/1.1 999 What\r\n${LENGTH_2}`),
  "a failure": answers(503, `HTTP/1.1 503 Not Now\r\n${LENGTH_2}`),
  "empty lines before the status line": answers(200, `\r\n${OK}${LENGTH_2}`),
  "bytes beyond ASCII in a value": answers(
    200,
    Uint8Array.from(`${OK}x: \xe9\r\n${LENGTH_2}`, (char) => char.charCodeAt(0)),
  ),
  "large headers": answers(200, `${OK}x: ${"a".repeat(15_000)}\r\n${LENGTH_2}`),
  "very many small headers": answers(200, `${OK}${"x: y\r\n".repeat(5_000)}${LENGTH_2}`),
  "bytes after the end": answers(200, `${OK}${LENGTH_2}extra`),
  "two responses to one request": answers(200, `${OK}${LENGTH_2}${OK}${LENGTH_2}`),

  "nothing at all": then("end", breaks("connectionClosed")),
  "a reset": then("reset", breaks("connectionReset")),
  "a reset within the body": then(
    "reset",
    breaks("connectionReset", `${OK}content-length: 9\r\n\r\nabc`),
  ),
  "a head cut off": then("end", breaks("connectionClosed", `${OK}content-le`)),
  "a body cut off": then("end", breaks("connectionClosed", `${OK}content-length: 9\r\n\r\nabc`)),
  "a chunk cut off": then("end", breaks("connectionClosed", `${CHUNKED}5\r\nab`)),
  silence: breaks("timeout"),
  "silence within the body": breaks("timeout", `${OK}content-length: 9\r\n\r\nabc`),

  "an upgrade nobody asked for": breaks(
    "protocol",
    "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
  ),
  garbage: breaks("protocol", "hello world\r\n\r\n"),
  "garbage without an end": breaks("protocol", "garbage"),
  "a version there is not": breaks("protocol", `HTTP/1.2 200 OK\r\n${LENGTH_2}`),
  "a status below 100": breaks("protocol", `HTTP/1.1 099 X\r\n${LENGTH_2}`),
  "a status of two digits": breaks("protocol", `HTTP/1.1 20 X\r\n${LENGTH_2}`),
  "a status of four digits": breaks("protocol", `HTTP/1.1 2000 X\r\n${LENGTH_2}`),
  "two spaces before the status": breaks("protocol", `HTTP/1.1  200 OK\r\n${LENGTH_2}`),
  "a length in letters": breaks("protocol", `${OK}content-length: abc\r\n\r\n`),
  "a negative length": breaks("protocol", `${OK}content-length: -1\r\n\r\n`),
  "a length with a sign": breaks("protocol", `${OK}content-length: +2\r\n\r\nok`),
  "an empty length": breaks("protocol", `${OK}content-length: \r\n\r\n`),
  "a length beyond all bounds": breaks(
    "protocol",
    `${OK}content-length: ${"9".repeat(30)}\r\n\r\n`,
  ),
  "two equal lengths": breaks("protocol", `${OK}content-length: 2\r\n${LENGTH_2}`),
  "two different lengths": breaks("protocol", `${OK}content-length: 3\r\n${LENGTH_2}`),
  "a list of lengths": breaks("protocol", `${OK}content-length: 2, 2\r\n\r\nok`),
  "a length and a coding": breaks(
    "protocol",
    `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  "a coding and a length": breaks(
    "protocol",
    `${OK}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n`,
  ),
  "a chunk size in other letters": breaks("protocol", `${CHUNKED}zz\r\n`),
  "a negative chunk size": breaks("protocol", `${CHUNKED}-5\r\nhello\r\n0\r\n\r\n`),
  "a chunk size with a space": breaks("protocol", `${CHUNKED}5 \r\nhello\r\n0\r\n\r\n`),
  "a chunk size beyond all bounds": breaks("protocol", `${CHUNKED}${"f".repeat(17)}\r\n`),
  "a chunk longer than its size": breaks("protocol", `${CHUNKED}2\r\nokay\r\n0\r\n\r\n`),
  "a chunk size that ends without CR": breaks("protocol", `${CHUNKED}2\nok\r\n0\r\n\r\n`),
  "an empty extension of a chunk": breaks("protocol", `${CHUNKED}2;\r\nok\r\n0\r\n\r\n`),
  "a NUL within an extension": breaks("protocol", `${CHUNKED}2;a=\0b\r\nok\r\n0\r\n\r\n`),
  "a CR within an extension": breaks("protocol", `${CHUNKED}2;a=\rb\r\nok\r\n0\r\n\r\n`),
  "a chunk longer than its size, without an end": breaks("protocol", `${CHUNKED}2\r\nokay`),
  "a NUL within a trailer": breaks("protocol", trailer("x: a\0b")),
  "a CR within a trailer": breaks("protocol", trailer("x: a\rb")),
  "a folded trailer": breaks("protocol", trailer("x: a\r\n b")),
  "a trailer without a value": breaks("protocol", trailer("nocolon")),
  "a length among the trailers": breaks("protocol", trailer("content-length: 2")),
  "trailers that are too large": breaks(
    "protocol",
    trailer(Array.from({ length: 40 }, () => `x: ${"a".repeat(1_000)}`).join("\r\n")),
  ),
  "one trailer that is too large": breaks("protocol", trailer(`x: ${"a".repeat(20_000)}`)),
  "lines that end without CR": breaks("protocol", "HTTP/1.1 200 OK\ncontent-length: 2\n\nok"),
  "a header that ends without CR": breaks("protocol", `${OK}content-length: 2\nx: y\r\n\r\nok`),
  "a CR within a value": breaks("protocol", `${OK}x: a\rb\r\n${LENGTH_2}`),
  "a NUL within a value": breaks("protocol", `${OK}x: a\0b\r\n${LENGTH_2}`),
  "another control character within a value": breaks("protocol", `${OK}x: a\x01b\r\n${LENGTH_2}`),
  "a DEL within a value": breaks("protocol", `${OK}x: a\x7fb\r\n${LENGTH_2}`),
  "a coding behind a control character": breaks(
    "protocol",
    `${OK}transfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n`,
  ),
  "a CR within the reason": breaks("protocol", `HTTP/1.1 200 O\rK\r\n${LENGTH_2}`),
  "a length of zeros beyond the limit of headers": breaks(
    "protocol",
    `${OK}content-length: ${"0".repeat(20_000)}2\r\n\r\nok`,
  ),
  "a space before the colon": breaks("protocol", `${OK}content-length : 2\r\n\r\nok`),
  "a space within a name": breaks("protocol", `${OK}bad name: 2\r\n${LENGTH_2}`),
  "a name without a value": breaks("protocol", `${OK}nocolon\r\n${LENGTH_2}`),
  "an empty name": breaks("protocol", `${OK}: x\r\n${LENGTH_2}`),
  "a folded value": breaks("protocol", `${OK}x: a\r\n b\r\n${LENGTH_2}`),
  "a folded length": breaks("protocol", `${OK}content-length: 1\r\n 2\r\n\r\nok`),
  "headers that are too large": breaks("protocol", `${OK}x: ${"a".repeat(20_000)}\r\n${LENGTH_2}`),
};
