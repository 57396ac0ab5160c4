import type { Slot } from "../../engine/slot.ts";
import type { Answer } from "@onrush/shared/condition/evaluate.ts";
import { decodeBody, type Decoded } from "./contentCoding.ts";

/** What of an answer is to be kept for those who look at it. */
export interface AnswerWants {
  /** More of the body than this is cut off; 0 keeps none of it, its size is counted all the same. */
  bodyLimit: number;
  /** Lower-case names. */
  headers: readonly string[];
  /** A body in a content coding is read without it; its header must be among the wanted ones. */
  decodes?: boolean;
  /** Somebody watches: every header is kept, and so much of the body though nobody reads it. */
  watchedBytes?: number;
}

/** Looks at an answer before its request is done; may set `slot.error`. */
export interface Inspection {
  wants: AnswerWants;
  inspect(slot: Slot, answer: ResponseCapture): void;
}

const asBuffer = (bytes: Uint8Array) =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

const latin1 = (bytes: Uint8Array, from: number, to: number) =>
  asBuffer(bytes).toString("latin1", from, to);

/** The header that `cookie` reads, which it must be among the wanted ones for. */
export const SET_COOKIE = "set-cookie";

export const CONTENT_ENCODING = "content-encoding";

/** Name and value of a Set-Cookie header, its attributes aside. */
function cookiePair(line: string): [name: string, value: string] {
  const [pair = ""] = line.split(";", 1);
  const equals = pair.indexOf("=");
  return [pair.slice(0, Math.max(0, equals)).trim(), pair.slice(equals + 1).trim()];
}

const EMPTY = Buffer.alloc(0);
/** Buffers larger than this are not kept for the next answer. */
const KEPT_BUFFER_BYTES = 16_384;

/**
 * What one connection keeps of the answer under way. A body that arrives in one piece is looked at
 * where it lies and never copied; the owner of the bytes calls `keep` before it uses them again.
 */
export class ResponseCapture implements Answer {
  status = 0;
  responseUs = 0;
  size = 0;
  /** In order, where somebody watches. */
  readonly allHeaders: [name: string, value: string][] = [];
  #wants: AnswerWants = { bodyLimit: 0, headers: [] };
  #keptBytes = 0;
  #bytes: Uint8Array = EMPTY;
  #from = 0;
  #to = 0;
  #ownBuffer: Uint8Array = EMPTY;
  readonly #headers = new Map<string, string>();
  /** As the answer sets them: joined to one text they could not be told apart. */
  readonly #setCookies: string[] = [];
  /** The body without its content coding; undefined before it was asked for. */
  #decoded: Decoded | undefined;
  #text: string | undefined;
  #json: unknown;
  #isParsed = false;

  begin(wants: AnswerWants): void {
    this.#wants = wants;
    this.#keptBytes = Math.max(wants.bodyLimit, wants.watchedBytes ?? 0);
    this.size = 0;
    this.#bytes = EMPTY;
    this.#from = 0;
    this.#to = 0;
    this.resetHeaders();
    this.#decoded = undefined;
    this.#text = undefined;
    this.#json = undefined;
    this.#isParsed = false;
  }

  /** Gives back what the answer has taken. */
  end(): void {
    this.#bytes = EMPTY;
    this.#decoded = undefined;
    this.#text = undefined;
    this.#json = undefined;
    if (this.#ownBuffer.length > KEPT_BUFFER_BYTES) this.#ownBuffer = EMPTY;
  }

  /** A head begins: an interim one may have come before it. */
  resetHeaders(): void {
    if (this.#headers.size > 0) this.#headers.clear();
    if (this.#setCookies.length > 0) this.#setCookies.length = 0;
    if (this.allHeaders.length > 0) this.allHeaders.length = 0;
  }

  /** A header as it stands in `bytes`: its name up to `colon`, its value from `start` to `end`. */
  offerHeader(bytes: Uint8Array, from: number, colon: number, start: number, end: number): void {
    if (this.#wants.watchedBytes !== undefined) {
      this.allHeaders.push([latin1(bytes, from, colon), latin1(bytes, start, end)]);
    }
    for (const name of this.#wants.headers) {
      if (name.length !== colon - from) continue;
      if (latin1(bytes, from, colon).toLowerCase() === name) {
        this.addHeader(name, latin1(bytes, start, end));
      }
    }
  }

  /** `name` in lower case. */
  addHeader(name: string, value: string): void {
    if (!this.#wants.headers.includes(name)) return;
    if (name === SET_COOKIE) this.#setCookies.push(value);
    const known = this.#headers.get(name);
    this.#headers.set(name, known === undefined ? value : `${known}, ${value}`);
  }

  /** All headers of a head, their names in lower case. */
  takeHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): void {
    this.resetHeaders();
    if (this.#wants.watchedBytes !== undefined) {
      const pairs = Object.entries(headers).flatMap(([name, value = []]) =>
        (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, one]),
      );
      this.allHeaders.push(...pairs);
    }
    for (const name of this.#wants.headers) {
      const value = headers[name];
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined) this.addHeader(name, one);
      }
    }
  }

  addBody(bytes: Uint8Array, from: number, to: number): void {
    this.size += to - from;
    const kept = this.#to - this.#from;
    const taken = Math.min(to - from, this.#keptBytes - kept);
    if (taken <= 0) return;
    if (kept === 0) {
      this.#bytes = bytes;
      this.#from = from;
      this.#to = from + taken;
      return;
    }
    this.keep();
    this.#reserve(kept + taken);
    this.#ownBuffer.set(bytes.subarray(from, from + taken), kept);
    this.#bytes = this.#ownBuffer;
    this.#to = kept + taken;
  }

  /** Copies what still lies in somebody else's buffer. */
  keep(): void {
    if (this.#bytes === this.#ownBuffer || this.#from === this.#to) return;
    const length = this.#to - this.#from;
    this.#reserve(length);
    this.#ownBuffer.set(this.#bytes.subarray(this.#from, this.#to));
    this.#bytes = this.#ownBuffer;
    this.#from = 0;
    this.#to = length;
  }

  #reserve(length: number): void {
    if (this.#ownBuffer.length >= length) return;
    const larger = Buffer.allocUnsafe(Math.max(4_096, length, this.#ownBuffer.length * 2));
    larger.set(this.#ownBuffer);
    if (this.#bytes === this.#ownBuffer) this.#bytes = larger;
    this.#ownBuffer = larger;
  }

  /** Whether a part of the body that was wanted is missing. */
  get isCut(): boolean {
    if (this.#decoded?.ok === false && this.#decoded.why === "tooLarge") return true;
    return this.#wants.bodyLimit > 0 && this.size > this.#wants.bodyLimit;
  }

  /** Whether a body that was read was not what its content coding says. */
  get isMalformed(): boolean {
    return this.#decoded?.ok === false && this.#decoded.why === "malformed";
  }

  /** The body as it came, as much of it as is kept; it stands until the answer is done with. */
  body(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  text(): string {
    this.#text ??= this.#readText();
    return this.#text;
  }

  #readText(): string {
    const coding = this.#wants.decodes === true ? this.header(CONTENT_ENCODING) : undefined;
    if (coding === undefined || this.size === 0) {
      return asBuffer(this.#bytes).toString("utf8", this.#from, this.#to);
    }
    // What was cut off cannot be decoded.
    if (this.isCut) return "";
    this.#decoded = decodeBody(this.body(), coding, this.#wants.bodyLimit);
    return this.#decoded.ok ? asBuffer(this.#decoded.bytes).toString("utf8") : "";
  }

  json(): unknown {
    if (this.#isParsed) return this.#json;
    this.#isParsed = true;
    // A body that was cut off is no document, even when its beginning happens to be one.
    const text = this.text();
    if (this.isCut) return undefined;
    try {
      this.#json = JSON.parse(text);
    } catch {
      this.#json = undefined;
    }
    return this.#json;
  }

  header(name: string): string | undefined {
    return this.#headers.get(name);
  }

  /** Each Set-Cookie header as it stands, where they are wanted. */
  get setCookies(): readonly string[] {
    return this.#setCookies;
  }

  /** The last one of that name counts, as it does for a browser (RFC 6265, 5.3). */
  cookie(name: string): string | undefined {
    const line = this.#setCookies.findLast((one) => cookiePair(one)[0] === name);
    return line === undefined ? undefined : cookiePair(line)[1];
  }
}
