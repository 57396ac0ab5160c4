import type { LiveMessage } from "@onrush/shared/api/secondView.ts";
import type { WebSocket } from "ws";
import { coversMessage, type History } from "./liveHistory.ts";

/** A message and its one serialisation, shared by all sockets. */
export interface Outgoing {
  message: LiveMessage;
  text: string;
}

const MAX_PENDING = 10_000;
const TRY_AGAIN_LATER = 1013;
const CLOSE_GRACE_MS = 2_000;

/** One connection: joining (messages wait for the history), then open. */
export class LiveClient {
  readonly socket: WebSocket;
  isAlive = true;
  readonly #maxBufferedBytes: number;
  readonly #onDropped: () => void;
  #pending: Outgoing[] | undefined = [];
  /** The history may be larger than the limit; it counts extra until it is written. */
  #historyBytes = 0;
  #dropped = false;

  constructor(socket: WebSocket, maxBufferedBytes: number, onDropped: () => void) {
    this.socket = socket;
    this.#maxBufferedBytes = maxBufferedBytes;
    this.#onDropped = onDropped;
  }

  take(outgoing: Outgoing): void {
    if (this.#pending === undefined) this.#send(outgoing.text);
    else if (this.#pending.length < MAX_PENDING) this.#pending.push(outgoing);
    else this.#drop();
  }

  /** Sends the history, then what came meanwhile and is not in it. */
  open(history: History): void {
    const text = JSON.stringify({ type: "history", ...history });
    const pending = this.#pending ?? [];
    this.#pending = undefined;
    this.#historyBytes = Buffer.byteLength(text);
    this.socket.send(text, () => {
      this.#historyBytes = 0;
    });
    for (const { message, text } of pending) {
      if (!coversMessage(history, message)) this.#send(text);
    }
  }

  #send(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.socket.bufferedAmount > this.#maxBufferedBytes + this.#historyBytes) this.#drop();
    else this.socket.send(text);
  }

  #drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    this.#onDropped();
    this.socket.close(TRY_AGAIN_LATER, "reading too slowly");
    // The close frame waits behind everything unread; do not keep that for long.
    setTimeout(() => this.socket.terminate(), CLOSE_GRACE_MS).unref();
  }
}
