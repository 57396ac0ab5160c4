import { joinParts, type Text } from "@onrush/shared/template/compileTemplate.ts";
import { IntegerWriter, type PlainWriter, type Render } from "@onrush/shared/template/render.ts";
import type { Slot } from "../../engine/slot.ts";
import {
  type BodyTemplate,
  defaultHeaders,
  type HttpRequest,
  renderBody,
  type SentRequest,
  type SentWatch,
} from "./httpRequest.ts";

/** The lines of the head without the empty one, and whether the length of the body is missing. */
function headOf(request: HttpRequest): { head: Text; needsLength: boolean } {
  const url = new URL(request.url);
  const headers = defaultHeaders(request);
  const has = (name: string) => headers.some(([known]) => known.toLowerCase() === name);
  const path = request.path ?? `${url.pathname}${url.search}`;
  const parts: Text[] = [`${request.method} `, path, " HTTP/1.1\r\n"];
  if (!has("host")) parts.push(`host: ${url.host}\r\n`);
  if (!has("connection")) parts.push("connection: keep-alive\r\n");
  for (const [name, value] of headers) parts.push(`${name}: `, value, "\r\n");
  const { body, method } = request;
  const expectsBody = method === "POST" || method === "PUT" || method === "PATCH";
  const needsLength = (body !== null || expectsBody) && !has("content-length");
  return { head: joinParts(parts), needsLength };
}

/** Renders a request for each slot. */
export interface RenderedWire {
  /** The bytes for a slot; they stand until the next call unless they are handed over. */
  render(slot: Slot): Buffer;
  /** Somebody still reads the bytes that were rendered last: the next ones go elsewhere. */
  handOver(): void;
}

/** A request as it goes over the wire: the same bytes every time, or rendered for each slot. */
export type WireRequest = Buffer | RenderedWire;

export function wireRequest(request: HttpRequest, sent?: SentWatch): WireRequest {
  const wire = unwatched(request);
  return sent === undefined ? wire : new WatchedWire(wire, sent);
}

function unwatched(request: HttpRequest): WireRequest {
  const { head, needsLength } = headOf(request);
  const body = request.body ?? new Uint8Array(0);
  if (!(body instanceof Uint8Array) && body.encode !== undefined) {
    return new EncodedWire(head, needsLength, body);
  }
  if (typeof head !== "string" || !(body instanceof Uint8Array)) {
    return new WireTemplate(head, needsLength, body);
  }
  const length = needsLength ? `content-length: ${body.length}\r\n` : "";
  return Buffer.concat([Buffer.from(`${head}${length}\r\n`, "latin1"), body]);
}

const INITIAL_BYTES = 1_024;
/** Shorter values are written faster by a loop than by a call into native code. */
const LOOP_CHARS = 64;
const MAX_VIEWS = 256;
const LAST_ASCII = 0x7f;

/** Like a template, its literals ready for the wire. */
interface Pieces {
  literals: readonly Buffer[];
  values: readonly Render[];
}

function piecesOf(text: Text | BodyTemplate | Uint8Array, encoding: "latin1" | "utf8"): Pieces {
  if (text instanceof Uint8Array) return { literals: [Buffer.from(text)], values: [] };
  const { literals, values } = typeof text === "string" ? { literals: [text], values: [] } : text;
  const encode = (literal: string | Uint8Array) =>
    typeof literal === "string" ? Buffer.from(literal, encoding) : Buffer.from(literal);
  return { literals: literals.map(encode), values };
}

/** One behind the other; the literals where they meet become one. */
function append(a: Pieces, b: Pieces): Pieces {
  const [first = EMPTY, ...rest] = b.literals;
  const seam = Buffer.concat([a.literals.at(-1) ?? EMPTY, first]);
  return {
    literals: [...a.literals.slice(0, -1), seam, ...rest],
    values: [...a.values, ...b.values],
  };
}

const EMPTY = Buffer.alloc(0);
const sumLengths = (buffers: readonly Buffer[]) =>
  buffers.reduce((sum, { length }) => sum + length, 0);
/** The place of the length, which is worked out from the other values. */
const lengthLine: Pieces = {
  literals: [Buffer.from("content-length: "), Buffer.from("\r\n\r\n")],
  values: [() => ""],
};
const emptyLine: Pieces = { literals: [Buffer.from("\r\n")], values: [] };

/**
 * A request with templates. Literals are bytes from the beginning, values are written between
 * them into one buffer that every request of the operation uses again.
 */
export class WireTemplate implements RenderedWire {
  /** Those of the head, the length of the body if it is needed, those of the body. */
  readonly #values: readonly Render[];
  /** One more than values. */
  readonly #literals: readonly Buffer[];
  /** Where in the values the length stands, -1 for nowhere. */
  readonly #lengthAt: number;
  /** The first value of the body. */
  readonly #bodyFrom: number;
  readonly #literalBytes: number;
  readonly #bodyLiteralBytes: number;
  /** By value: null where it is a text, which then stands in `#texts`. */
  readonly #writers: readonly (PlainWriter | null)[];
  readonly #length = new IntegerWriter(() => 0);
  readonly #texts: string[];
  readonly #lengths: number[];
  /** Where each literal stands in the buffer: most stay where the last request had them. */
  readonly #places: number[];
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  /** Views of the buffer by their length; making one for each request is slow. */
  readonly #views = new Map<number, Buffer>();

  constructor(head: Text, needsLength: boolean, body: BodyTemplate | Uint8Array) {
    const begin = piecesOf(head, "latin1");
    const middle = needsLength ? lengthLine : emptyLine;
    const end = piecesOf(body, "utf8");
    const { literals, values } = append(append(begin, middle), end);
    this.#literals = literals;
    this.#values = values;
    this.#lengthAt = needsLength ? begin.values.length : -1;
    this.#bodyFrom = begin.values.length + middle.values.length;
    this.#literalBytes = sumLengths(literals);
    this.#bodyLiteralBytes = sumLengths(end.literals);
    this.#writers = values.map(({ plain }, i) =>
      i === this.#lengthAt ? this.#length : (plain ?? null),
    );
    this.#texts = values.map(() => "");
    this.#lengths = values.map(() => 0);
    this.#places = literals.map(() => -1);
  }

  render(slot: Slot): Buffer {
    const total = this.#evaluate(slot);
    if (total > this.#buffer.length) this.#renew(total);
    const length = this.#write();
    return length < 0 ? this.#encode(slot) : this.#view(length);
  }

  handOver(): void {
    this.#renew(this.#buffer.length);
  }

  /** Works the values out; answers the length of the whole if all of it is single bytes. */
  #evaluate(slot: Slot): number {
    const values = this.#values;
    const lengths = this.#lengths;
    let total = this.#literalBytes;
    let bodyLength = this.#bodyLiteralBytes;
    for (let i = 0; i < values.length; i++) {
      if (i === this.#lengthAt) continue;
      const writer = this.#writers[i] as PlainWriter | null;
      let length: number;
      if (writer === null) {
        const text = (values[i] as Render)(slot);
        this.#texts[i] = text;
        length = text.length;
      } else length = writer.measure(slot);
      lengths[i] = length;
      total += length;
      if (i >= this.#bodyFrom) bodyLength += length;
    }
    if (this.#lengthAt < 0) return total;
    const digits = this.#length.set(bodyLength);
    lengths[this.#lengthAt] = digits;
    return total + digits;
  }

  /** Writes everything; answers its length, or -1 when a value has more than ASCII. */
  #write(): number {
    const buffer = this.#buffer;
    const lengths = this.#lengths;
    let at = 0;
    for (let i = 0; i < lengths.length; i++) {
      at = this.#putLiteral(i, at);
      const writer = this.#writers[i] as PlainWriter | null;
      if (writer !== null) writer.write(buffer, at);
      else if (!putText(buffer, at, this.#texts[i] as string)) return this.#forget();
      at += lengths[i] as number;
    }
    return this.#putLiteral(lengths.length, at);
  }

  /** Nothing is written where the literal stands already: what came before it ends here again. */
  #putLiteral(index: number, at: number): number {
    const literal = this.#literals[index] as Buffer;
    if (this.#places[index] !== at) {
      this.#buffer.set(literal, at);
      this.#places[index] = at;
    }
    return at + literal.length;
  }

  /** What stands in the buffer is no whole request. */
  #forget(): -1 {
    this.#places.fill(-1);
    return -1;
  }

  /** The slow way, for values beyond ASCII: Latin-1 in the head, UTF-8 in the body. */
  #encode(slot: Slot): Buffer {
    const encoded = this.#values.map((value, i) => {
      const text = this.#writers[i] === null ? (this.#texts[i] as string) : value(slot);
      return Buffer.from(text, i < this.#bodyFrom ? "latin1" : "utf8");
    });
    const inBody = sumLengths(encoded.slice(this.#bodyFrom));
    if (this.#lengthAt >= 0) {
      encoded[this.#lengthAt] = Buffer.from(`${this.#bodyLiteralBytes + inBody}`);
    }
    const between = this.#literals.flatMap((literal, i) => [literal, encoded[i] ?? EMPTY]);
    return Buffer.concat(between);
  }

  #renew(bytes: number): void {
    this.#buffer = Buffer.allocUnsafe(bytes);
    this.#views.clear();
    this.#forget();
  }

  #view(length: number): Buffer {
    const known = this.#views.get(length);
    if (known !== undefined) return known;
    if (this.#views.size >= MAX_VIEWS) this.#views.clear();
    const view = this.#buffer.subarray(0, length);
    this.#views.set(length, view);
    return view;
  }
}

/** False when the text has more than ASCII. */
function putText(buffer: Buffer, from: number, text: string): boolean {
  if (text.length > LOOP_CHARS) {
    if (Buffer.byteLength(text) !== text.length) return false;
    buffer.write(text, from, "latin1");
    return true;
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > LAST_ASCII) return false;
    buffer[from + i] = code;
  }
  return true;
}

/** A request whose body is put in a content coding when it is rendered: its length is known last. */
class EncodedWire implements RenderedWire {
  readonly #head: WireTemplate;
  readonly #body: BodyTemplate;
  #bytes: Uint8Array = EMPTY;

  constructor(head: Text, needsLength: boolean, body: BodyTemplate) {
    const length: Render = () => `${this.#bytes.length}`;
    const lines = needsLength ? joinParts([head, "content-length: ", length, "\r\n"]) : head;
    this.#head = new WireTemplate(lines, false, EMPTY);
    this.#body = body;
  }

  render(slot: Slot): Buffer {
    this.#bytes = renderBody(this.#body, slot);
    return Buffer.concat([this.#head.render(slot), this.#bytes]);
  }

  /** Every request has bytes of its own. */
  handOver(): void {}
}

/** Tells somebody what is sent. */
class WatchedWire implements RenderedWire {
  readonly #wire: WireRequest;
  readonly #sent: SentWatch;

  constructor(wire: WireRequest, sent: SentWatch) {
    this.#wire = wire;
    this.#sent = sent;
  }

  render(slot: Slot): Buffer {
    const bytes = this.#wire instanceof Uint8Array ? this.#wire : this.#wire.render(slot);
    this.#sent(slot, readBack(bytes));
    return bytes;
  }

  handOver(): void {
    if (!(this.#wire instanceof Uint8Array)) this.#wire.handOver();
  }
}

/** What the bytes of a request say. */
function readBack(bytes: Buffer): SentRequest {
  const end = bytes.indexOf("\r\n\r\n");
  const [line = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const [method = "", target = ""] = line.split(" ");
  return {
    method,
    target,
    headers: headerPairs(lines),
    body: Buffer.from(bytes.subarray(end + 4)),
  };
}

/** Lines of `name: value`; names may begin with a colon, as HTTP/2 has them. */
export const headerPairs = (lines: readonly string[]) =>
  lines.map((line): [string, string] => {
    const colon = line.indexOf(":", 1);
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
