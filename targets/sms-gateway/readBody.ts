import type { IncomingMessage } from "node:http";

/**
 * Reads a request's body to its end and calls `done` once. A body over `maxBytes` is discarded,
 * but still read: a client that is cut off while it sends may never see the answer.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | "tooLarge" | "aborted") => void,
): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    // Nearly every body is one chunk: no array, no copy.
    if (first === undefined) first = chunk;
    else if (bytes <= maxBytes) (more ??= [first]).push(chunk);
    else more = undefined;
  });
  request.on("end", () => {
    if (bytes > maxBytes) done("tooLarge");
    else done(more === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(more, bytes));
  });
  // Node emits this, instead of `end`, when the client leaves before the end of the body.
  request.on("error", () => done("aborted"));
}
