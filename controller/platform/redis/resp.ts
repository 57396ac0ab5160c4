/** What Redis says over a socket (RESP 2), as far as a reader of streams has to know it. */

/** Bulk strings are views into what was read; simple strings and numbers are texts. */
export type Reply = Uint8Array | string | null | Reply[];

/** The server's own refusal of a command. */
export class RefusedCommand extends Error {
  override readonly name = "RefusedCommand";
}

const CR = 13;
const ARRAY = 42;
const BULK = 36;
const ERROR = 45;
const CRLF_BYTES = 2;

export function encodeCommand(words: readonly (string | number)[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}

/** The end of the line that begins at `from`; -1 when it is not there before `end`. */
function lineEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end - 1; at++) if (bytes[at] === CR) return at;
  return -1;
}

const textOf = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));

function lengthOf(bytes: Uint8Array, from: number, to: number): number {
  const length = Number(textOf(bytes, from, to));
  if (Number.isInteger(length) && length >= -1) return length;
  throw new Error("Redis says something that is not its protocol");
}

/** Finds the end of a reply that comes in pieces, looking at each of its parts once. */
export class ReplyEnd {
  #at = 0;
  /** Parts still to come. */
  #open = 1;

  /** Whether `bytes` hold the whole reply, of which there are `end` so far. */
  isWithin(bytes: Uint8Array, end: number): boolean {
    while (this.#open > 0) {
      const line = lineEnd(bytes, this.#at, end);
      if (line < 0) return false;
      let next = line + CRLF_BYTES;
      if (bytes[this.#at] === BULK) {
        const length = lengthOf(bytes, this.#at + 1, line);
        if (length >= 0) next += length + CRLF_BYTES;
        if (next > end) return false;
      } else if (bytes[this.#at] === ARRAY) {
        this.#open += Math.max(0, lengthOf(bytes, this.#at + 1, line));
      }
      this.#at = next;
      this.#open--;
    }
    return true;
  }
}

/** Reads a whole reply. Throws RefusedCommand when it is a refusal. */
export function readReply(bytes: Uint8Array): Reply {
  let at = 0;
  const read = (): Reply => {
    const kind = bytes[at];
    const line = lineEnd(bytes, at, bytes.length);
    const from = at + 1;
    at = line + CRLF_BYTES;
    if (kind === ERROR) throw new RefusedCommand(textOf(bytes, from, line));
    if (kind !== BULK && kind !== ARRAY) return textOf(bytes, from, line);
    const length = lengthOf(bytes, from, line);
    if (length < 0) return null;
    if (kind === ARRAY) return Array.from({ length }, read);
    const start = at;
    at += length + CRLF_BYTES;
    return bytes.subarray(start, start + length);
  };
  return read();
}
