import type { HeadCache } from "./headCache.ts";
import type { ResponseCapture } from "./responseCapture.ts";

/**
 * An incremental parser of HTTP/1.1 responses that keeps nothing but what a load test needs: the
 * status, where the response ends, and whether the connection can be used again. It takes the
 * bytes however they are split, hands body and headers on only when somebody wants them, allocates nothing for a response that arrives whole, and refuses
 * what a strict parser refuses (RFC 9112), so that no response can be taken for another's.
 */

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const DOT = 46;
const ZERO = 48;
const NINE = 57;

/** What the names and values of all headers may have together, like Node's own parser. */
const MAX_HEADER_BYTES = 16_384;
/** What a head may have in all, whatever it consists of; and the trailers. */
const MAX_HEAD_BYTES = 262_144;
const MAX_CHUNK_LINE_BYTES = 16_384;
/** Without leading zeros: what a number can hold exactly. */
const MAX_LENGTH_DIGITS = 15;
const MAX_CHUNK_SIZE_DIGITS = 12;

type State =
  | "head"
  | "fixedBody"
  | "chunkSize"
  | "chunkData"
  | "chunkEnd"
  | "trailer"
  | "untilClose"
  | "done"
  | "failed";

/** 1 for the characters of a header name (RFC 9110 token). */
const tokenChars = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  tokenChars[char.charCodeAt(0)] = 1;
}

/** 1 for what a header value may have: all but control characters, tabs aside. */
const valueChars = new Uint8Array(256).fill(1, SPACE);
valueChars[TAB] = 1;
valueChars[127] = 0;

/** What may follow a chunk's size (RFC 9112, 7.1.1), without the spaces that nobody sends. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = String.raw`"(?:[^"\\\0-\x08\x0a-\x1f\x7f]|\\[^\0-\x08\x0a-\x1f\x7f])*"`;
const chunkExtensions = new RegExp(`^(?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)*$`);

const isDigit = (byte: number) => byte >= ZERO && byte <= NINE;

function hexValue(byte: number): number {
  if (isDigit(byte)) return byte - ZERO;
  const lower = byte | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Compares a name in `bytes` with a lower-case one, ignoring case. */
function nameIs(bytes: Uint8Array, from: number, to: number, name: string): boolean {
  if (to - from !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if (((bytes[from + i] as number) | 0x20) !== name.charCodeAt(i)) return false;
  }
  return true;
}

const latin1 = new TextDecoder("latin1");
const text = (bytes: Uint8Array, from: number, to: number) =>
  latin1.decode(bytes.subarray(from, to)).toLowerCase();

export class ResponseParser {
  status = 0;
  /** Why parsing failed, for people; empty when it has not. */
  failure = "";
  /** After the end: whether another request may follow on the connection. */
  keepAlive = true;
  #state: State = "head";
  #bodyless = false;
  #left = 0;
  #contentLength = -1;
  #chunked = false;
  #otherCoding = false;
  #headerBytes = 0;
  #capture: ResponseCapture | null = null;
  /** Heads of the answers to the same request. */
  #cache: HeadCache | undefined;
  /** A head or chunk line that has arrived in part. */
  #partial = new Uint8Array(0);

  /**
   * Prepares for the response to the next request; `cache` knows earlier responses to the same. A
   * capture that wants headers goes without one.
   */
  begin(isHead: boolean, cache?: HeadCache, capture: ResponseCapture | null = null): void {
    this.#capture = capture;
    this.#bodyless = isHead;
    this.#cache = cache;
    this.failure = "";
    this.#partial = EMPTY;
    this.#beginHead();
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  get hasFailed(): boolean {
    return this.#state === "failed";
  }

  /**
   * Takes bytes; answers how many belonged to the response (all of them unless it ended or failed
   * within them).
   */
  feed(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && this.#state !== "done" && this.#state !== "failed") {
      at = this.#step(bytes, at, to);
    }
    return at - from;
  }

  /** The connection has ended: a body without a length ends here, anything else is cut off. */
  end(): void {
    if (this.#state === "untilClose") this.#finish(false);
  }

  #step(bytes: Uint8Array, at: number, to: number): number {
    switch (this.#state) {
      case "head":
        return this.#takeHead(bytes, at, to);
      case "fixedBody":
      case "chunkData":
        return this.#skip(bytes, at, to);
      case "untilClose":
        this.#capture?.addBody(bytes, at, to);
        return to;
      case "chunkSize":
      case "chunkEnd":
      case "trailer":
        return this.#takeLine(bytes, at, to);
      case "done":
      case "failed":
        return to;
    }
  }

  #beginHead(): void {
    this.#state = "head";
    this.status = 0;
    this.keepAlive = true;
    this.#contentLength = -1;
    this.#chunked = false;
    this.#otherCoding = false;
    this.#headerBytes = 0;
    this.#capture?.resetHeaders();
  }

  #fail(reason: string): void {
    this.failure = reason;
    this.keepAlive = false;
    this.#state = "failed";
  }

  #finish(keepAlive: boolean): void {
    this.keepAlive &&= keepAlive;
    this.#state = "done";
  }

  #skip(bytes: Uint8Array, at: number, to: number): number {
    const taken = Math.min(this.#left, to - at);
    if (this.#capture !== null) this.#capture.addBody(bytes, at, at + taken);
    this.#left -= taken;
    if (this.#left === 0) {
      if (this.#state === "fixedBody") this.#finish(true);
      else this.#state = "chunkEnd";
    }
    return at + taken;
  }

  #takeHead(bytes: Uint8Array, at: number, to: number): number {
    if (this.#partial.length === 0) {
      const known = this.#cache?.match(bytes, at, to) ?? 0;
      if (known > 0) return this.#takeKnownHead(at + known);
      const end = this.#parseHead(bytes, at, to);
      if (end >= 0) {
        this.#learnHead(bytes, at, end);
        return end;
      }
    }
    // The head is not complete: keep it and look again when there is more.
    const before = this.#partial.length;
    const joined = this.#join(bytes, at, to);
    const end = before === 0 ? -1 : this.#parseHead(joined, 0, joined.length);
    if (end >= 0) {
      this.#partial = EMPTY;
      return at + end - before;
    }
    if (joined.length > MAX_HEAD_BYTES) this.#fail("the head is too large");
    this.#partial = joined;
    return to;
  }

  #takeKnownHead(end: number): number {
    const { status, keepAlive, contentLength } = (this.#cache as HeadCache).head;
    this.status = status;
    this.keepAlive = keepAlive;
    if (contentLength === 0) this.#finish(true);
    else {
      this.#left = contentLength;
      this.#state = "fixedBody";
    }
    return end;
  }

  /** Heads before a body of known length are worth knowing again. */
  #learnHead(bytes: Uint8Array, from: number, to: number): void {
    if (this.#cache === undefined || this.#contentLength < 0) return;
    if (this.#state !== "fixedBody" && this.#state !== "done") return;
    const contentLength = this.#state === "done" ? 0 : this.#contentLength;
    const { status, keepAlive } = this;
    this.#cache.learn(bytes, from, to, { status, keepAlive, contentLength });
  }

  #join(bytes: Uint8Array, at: number, to: number): Uint8Array<ArrayBuffer> {
    const joined = new Uint8Array(this.#partial.length + to - at);
    joined.set(this.#partial);
    joined.set(bytes.subarray(at, to), this.#partial.length);
    return joined;
  }

  /** Where the head ends, or -1 when it is not all there. A failure ends it where it stands. */
  #parseHead(bytes: Uint8Array, from: number, to: number): number {
    this.#beginHead();
    let line = from;
    // Empty lines before a status line are passed over (RFC 9112, 2.2).
    while (line < to && (bytes[line] === CR || bytes[line] === LF)) line++;
    const first = line;
    for (;;) {
      const lf = bytes.indexOf(LF, line);
      if (lf < 0 || lf >= to) return this.#checkPartialLine(bytes, line, to, line === first);
      if (lf - from > MAX_HEAD_BYTES) return this.#failAt("the head is too large", to);
      if (lf === line || bytes[lf - 1] !== CR) return this.#failAt("a line ends without CR", to);
      const end = lf - 1;
      if (line === first) this.#statusLine(bytes, line, end);
      else if (end === line) {
        this.#endHead();
        return lf + 1;
      } else this.#headerLine(bytes, line, end);
      if (this.#state === "failed") return to;
      line = lf + 1;
    }
  }

  #failAt(reason: string, at: number): number {
    this.#fail(reason);
    return at;
  }

  /** Garbage is refused at once, not when its line ends, which may be never. */
  #checkPartialLine(bytes: Uint8Array, from: number, to: number, isFirst: boolean): number {
    if (isFirst) {
      const start = "HTTP/";
      for (let i = 0; i < Math.min(start.length, to - from); i++) {
        if (bytes[from + i] !== start.charCodeAt(i)) return this.#failAt("not HTTP", to);
      }
    }
    return -1;
  }

  /** `HTTP/1.1 200 OK` */
  #statusLine(bytes: Uint8Array, from: number, to: number): void {
    const version = ((bytes[from + 5] as number) - ZERO) * 10 + (bytes[from + 7] as number) - ZERO;
    const a = bytes[from + 9] as number;
    const b = bytes[from + 10] as number;
    const c = bytes[from + 11] as number;
    const shaped =
      to - from >= 12 &&
      this.#checkPartialLine(bytes, from, to, true) < 0 &&
      bytes[from + 6] === DOT &&
      (version === 11 || version === 10 || version === 20 || version === 9) &&
      bytes[from + 8] === SPACE &&
      isDigit(a) &&
      isDigit(b) &&
      isDigit(c) &&
      (to - from === 12 || bytes[from + 12] === SPACE);
    if (!shaped) return this.#fail("not a status line");
    this.status = (a - ZERO) * 100 + (b - ZERO) * 10 + (c - ZERO);
    if (this.status < 100) return this.#fail("not a status");
    if (version < 11) this.keepAlive = false;
    for (let i = from + 13; i < to; i++) {
      if (bytes[i] === CR) return this.#fail("a reason with a CR");
    }
  }

  /** A line of the head or of the trailers: the checks are the same, nobody looks at trailers. */
  #headerLine(bytes: Uint8Array, from: number, to: number): void {
    let colon = from;
    while (colon < to && tokenChars[bytes[colon] as number] === 1) colon++;
    if (colon === from || bytes[colon] !== COLON) return this.#fail("not a header");
    let start = colon + 1;
    let end = to;
    while (start < end && (bytes[start] === SPACE || bytes[start] === TAB)) start++;
    while (end > start && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--;
    this.#headerBytes += colon - from + end - start;
    if (this.#headerBytes >= MAX_HEADER_BYTES) return this.#fail("the headers are too large");
    for (let i = start; i < end; i++) {
      if (valueChars[bytes[i] as number] === 0) {
        return this.#fail("a header value with control characters");
      }
    }
    if (this.#capture !== null && this.#state === "head") {
      this.#capture.offerHeader(bytes, from, colon, start, end);
    }
    const first = (bytes[from] as number) | 0x20;
    if (first === 0x63) this.#connectionOrLength(bytes, from, colon, start, end);
    else if (first === 0x74 && nameIs(bytes, from, colon, "transfer-encoding")) {
      this.#transferEncoding(text(bytes, start, end));
    }
  }

  #connectionOrLength(bytes: Uint8Array, from: number, colon: number, start: number, end: number) {
    if (nameIs(bytes, from, colon, "content-length")) return this.#length(bytes, start, end);
    // The head alone says whether the connection stays.
    if (this.#state !== "head") return;
    if (!nameIs(bytes, from, colon, "connection")) return;
    if (nameIs(bytes, start, end, "close")) this.keepAlive = false;
    else if (nameIs(bytes, start, end, "keep-alive")) this.keepAlive = true;
    else this.#connectionTokens(bytes, start, end);
  }

  #connectionTokens(bytes: Uint8Array, start: number, end: number): void {
    for (const token of text(bytes, start, end).split(",")) {
      if (token.trim() === "close") this.keepAlive = false;
      if (token.trim() === "keep-alive") this.keepAlive = true;
    }
  }

  #length(bytes: Uint8Array, start: number, end: number): void {
    if (this.#state !== "head") return this.#fail("a length after the body");
    if (this.#contentLength >= 0) return this.#fail("two lengths");
    let first = start;
    while (first < end - 1 && bytes[first] === ZERO) first++;
    if (end === start || end - first > MAX_LENGTH_DIGITS) return this.#fail("not a length");
    let length = 0;
    for (let i = first; i < end; i++) {
      const byte = bytes[i] as number;
      if (!isDigit(byte)) return this.#fail("not a length");
      length = length * 10 + byte - ZERO;
    }
    this.#contentLength = length;
  }

  /** A response whose last coding is not chunked ends with the connection (RFC 9112, 6.3). */
  #transferEncoding(value: string): void {
    const last = value.slice(value.lastIndexOf(",") + 1).trim();
    this.#chunked = last === "chunked";
    this.#otherCoding = !this.#chunked;
  }

  #endHead(): void {
    const { status } = this;
    if (this.#contentLength >= 0 && (this.#chunked || this.#otherCoding)) {
      return this.#fail("a length and a transfer coding");
    }
    if (status === 101) return this.#fail("an upgrade nobody asked for");
    // An interim response: the real one follows.
    if (status < 200) return this.#beginHead();
    if (this.#bodyless || status === 204 || status === 304) return this.#finish(true);
    if (this.#chunked) this.#state = "chunkSize";
    else if (this.#contentLength < 0) this.#state = "untilClose";
    else if (this.#contentLength === 0) this.#finish(true);
    else {
      this.#left = this.#contentLength;
      this.#state = "fixedBody";
    }
  }

  /** One line of the chunked framing; kept until its end has arrived. */
  #takeLine(bytes: Uint8Array, at: number, to: number): number {
    const lf = bytes.indexOf(LF, at);
    const isWhole = lf >= 0 && lf < to;
    const end = isWhole ? lf + 1 : to;
    const before = this.#partial.length;
    const limit = this.#state === "trailer" ? this.#left : MAX_CHUNK_LINE_BYTES;
    if (before + end - at > limit) {
      this.#fail("a line of the chunked body is too long");
    } else if (isWhole && before === 0) {
      this.#chunkLine(bytes, at, end);
    } else {
      const line = this.#join(bytes, at, end);
      this.#partial = isWhole ? EMPTY : line;
      if (isWhole) this.#chunkLine(line, 0, line.length);
      else this.#checkPartialChunkLine(line[0] as number);
    }
    return end;
  }

  /** As with heads: an end that may never come is not waited for. */
  #checkPartialChunkLine(first: number): void {
    if (this.#state === "chunkSize" && hexValue(first) < 0) this.#fail("not a chunk size");
    if (this.#state === "chunkEnd" && first !== CR) this.#fail("a chunk is longer than its size");
  }

  /** `to` is behind the LF. */
  #chunkLine(bytes: Uint8Array, from: number, to: number): void {
    const end = to - 2;
    if (end < from || bytes[end] !== CR) return this.#fail("a line ends without CR");
    if (this.#state === "chunkSize") this.#chunkSize(bytes, from, end);
    else if (this.#state === "chunkEnd") {
      if (end > from) this.#fail("a chunk is longer than its size");
      else this.#state = "chunkSize";
    } else if (end === from) this.#finish(true);
    else {
      this.#left -= to - from;
      this.#headerLine(bytes, from, end);
    }
  }

  #chunkSize(bytes: Uint8Array, from: number, to: number): void {
    let first = from;
    while (first < to && bytes[first] === ZERO) first++;
    let size = 0;
    let i = first;
    for (; i < to; i++) {
      const digit = hexValue(bytes[i] as number);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    if (i === from || i - first > MAX_CHUNK_SIZE_DIGITS) return this.#fail("not a chunk size");
    if (i < to && !chunkExtensions.test(text(bytes, i, to))) return this.#fail("not a chunk size");
    if (size > 0) {
      this.#left = size;
      this.#state = "chunkData";
    } else this.#beginTrailers();
  }

  /** They have the limits of a head, to themselves. */
  #beginTrailers(): void {
    this.#left = MAX_HEAD_BYTES;
    this.#headerBytes = 0;
    this.#state = "trailer";
  }
}

const EMPTY = new Uint8Array(0);
