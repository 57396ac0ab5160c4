import type { ServerResponse } from "node:http";
import { emptyAnswer, send } from "../answer.ts";
import { callAt } from "../clock.ts";
import type { Behaviour } from "./behaviours.ts";
import { hasBody } from "./behaviours.ts";
import type { Gate } from "./stall.ts";

/** Time between two pieces, where the body has a byte for each. */
const PIECE_MS = 5;
/** Pieces are views of this one buffer, so a client that does not read costs no copies. */
const filler = Buffer.alloc(65_536, "x");

export interface SlowBody {
  bytes: number;
  durationMs: number;
}

/**
 * Answers with the head at once and the body in even pieces, the last one after `durationMs`,
 * never earlier. `statuses` repeats as in `answerOk`; a status or method without a body is
 * answered at once. Each piece passes the gate.
 */
export function answerSlowly(statuses: readonly number[], body: SlowBody, gate: Gate): Behaviour {
  const headers = ["Content-Type", "text/plain", "Content-Length", String(body.bytes)];
  return (arrivalNumber, request, response) => {
    const status = statuses[arrivalNumber % statuses.length] ?? 200;
    if (!hasBody(status)) send(response, emptyAnswer(status));
    else if (request.method === "HEAD") send(response, { status, headers, body: "" });
    else if (!response.destroyed) {
      response.writeHead(status, headers);
      response.flushHeaders();
      writePieces(response, body, gate);
    }
  };
}

function writePieces(response: ServerResponse, { bytes, durationMs }: SlowBody, gate: Gate): void {
  const pieces = pieceCount(bytes, durationMs);
  const startMs = performance.now();
  let sentBytes = 0;
  let sentPieces = 0;
  // Due times come from the start, so that late timers and stalls are caught up with.
  const nextDueMs = () => startMs + (durationMs * (sentPieces + 1)) / pieces;
  const writeDue = () => {
    const nowMs = performance.now();
    while (sentPieces < pieces && nextDueMs() <= nowMs) {
      // The client has left: no further piece, no further timer.
      if (response.destroyed) return;
      sentPieces += 1;
      const untilBytes = Math.floor((bytes * sentPieces) / pieces);
      response.write(filler.subarray(0, untilBytes - sentBytes));
      sentBytes = untilBytes;
    }
    if (response.destroyed) return;
    if (sentPieces === pieces) response.end();
    else callAt(nextDueMs(), () => gate(writeDue));
  };
  writeDue();
}

/** No piece is empty, and none exceeds the filler. */
export function pieceCount(bytes: number, durationMs: number): number {
  const byTime = Math.min(bytes, Math.ceil(durationMs / PIECE_MS));
  return Math.max(1, byTime, Math.ceil(bytes / filler.length));
}
