import type { Socket } from "node:net";
import { type buildConnector, Client, type Dispatcher } from "undici";
import type { RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import type { SharedConnection } from "../streamPool.ts";
import { http2ErrorKind } from "./httpErrors.ts";
import { redirectLocation } from "./redirects.ts";
import { type Inspection, ResponseCapture } from "./responseCapture.ts";
import type { UndiciRequest } from "./undiciConnection.ts";
import { openAhead } from "./connectors.ts";

/** What one connection carries at once; a target may allow less, never gets more. */
export const MAX_STREAMS = 100;
/** A connection stays while the run may come back to it; undici's own default is 4 s. */
const KEEP_ALIVE_MS = 3_600_000;

export interface Http2Owner {
  readonly origin: string;
  readonly clock: RunClock;
  readonly connector: buildConnector.connector;
  /** Requests that a connection carries at once, as far as the target has told. */
  streams: number;
  freed(connection: Http2Connection): void;
  /** The connection takes no more requests. */
  gone(connection: Http2Connection): void;
}

/**
 * One HTTP/2 connection with up to a hundred requests under way: an undici Client of its own, which
 * never has a second connection but the one it needs to be rid of what a target has refused.
 */
export class Http2Connection implements SharedConnection<UndiciRequest> {
  readonly owner: Http2Owner;
  readonly #client: Client;
  #prepared: Socket | undefined;
  #socket: Socket | undefined;
  #underWay = 0;
  /** Of those under way, the ones undici still holds back. */
  #heldBack = 0;
  #hasAnswered = false;
  #isLooking = false;
  #isGone = false;
  #bytesRead = 0;
  #bytesWritten = 0;

  constructor(owner: Http2Owner) {
    this.owner = owner;
    this.#client = new Client(owner.origin, {
      ...{ allowH2: true, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS },
      h2Options: { maxConcurrentStreams: MAX_STREAMS, pingInterval: 0 },
      connect: (options, callback) => this.#connect(options, callback),
    });
    this.#client.on("disconnect", () => this.#leave());
    // The requests are told; without a listener nothing else would be.
    this.#client.on("connectionError", () => this.#leave());
  }

  get hasRoom(): boolean {
    return !this.#isGone && this.#underWay < this.owner.streams;
  }

  open(opened: (error: unknown) => void): void {
    openAhead(this.owner.connector, this.owner.origin, (error, socket) => {
      this.#prepared = socket;
      opened(error);
    });
  }

  send(slot: Slot, request: UndiciRequest, done: (slot: Slot) => void): void {
    const { options, inspection } = request;
    this.#underWay++;
    this.#heldBack++;
    const stream = new Http2Stream(this, slot, inspection, done);
    this.#client.dispatch(typeof options === "function" ? options(slot) : options, stream);
    stream.handedOver();
    if (this.#heldBack > 0 && !this.#isLooking) {
      this.#isLooking = true;
      setImmediate(this.#lookAtLimit);
    }
  }

  close(): void {
    this.#isGone = true;
    this.#prepared?.destroy();
    void this.#client.destroy().catch(() => {});
  }

  /** A target that has answered has told its limit: what is not begun by now is beyond it. */
  readonly #lookAtLimit = (): void => {
    this.#isLooking = false;
    const begun = this.#underWay - this.#heldBack;
    if (this.#isGone || !this.#hasAnswered || this.#heldBack === 0 || begun === 0) return;
    this.owner.streams = Math.min(this.owner.streams, begun);
  };

  /** A stream has begun. */
  begun(): void {
    this.#heldBack--;
  }

  answered(): void {
    this.#hasAnswered = true;
  }

  /**
   * A request is over. Frames of all streams share the socket, so a request is given the bytes since
   * the one before ended: the sum is exact, the parts are not.
   */
  ended(slot: Slot, wasBegun: boolean): void {
    this.#underWay--;
    if (!wasBegun) this.#heldBack--;
    const socket = this.#socket;
    if (socket !== undefined && wasBegun) {
      slot.bytesReceived = Math.max(0, socket.bytesRead - this.#bytesRead);
      slot.bytesSent = Math.max(0, socket.bytesWritten - this.#bytesWritten);
      this.#bytesRead += slot.bytesReceived;
      this.#bytesWritten += slot.bytesSent;
    }
    if (!this.#isGone) this.owner.freed(this);
    else if (this.#underWay === 0) setImmediate(() => this.close());
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.owner.gone(this);
    if (this.#underWay === 0) setImmediate(() => this.close());
  }

  #connect(options: buildConnector.Options, callback: buildConnector.Callback): void {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared !== undefined && !prepared.destroyed && prepared.readyState === "open") {
      this.#use(prepared);
      // undici expects its connector to answer later.
      process.nextTick(() => callback(null, prepared));
      return;
    }
    this.owner.connector(options, (...answer) => {
      if (answer[1] !== null) this.#use(answer[1]);
      callback(...answer);
    });
  }

  #use(socket: Socket): void {
    this.#socket = socket;
    this.#bytesRead = 0;
    this.#bytesWritten = 0;
  }
}

/** An error that undici takes for one of a stream alone; others it gives to all that wait with it. */
function streamError(message: string): Error {
  return Object.assign(new Error(message), { code: "UND_ERR_INFO" });
}

/** One request on its stream. */
class Http2Stream implements Dispatcher.DispatchHandler {
  readonly #connection: Http2Connection;
  readonly #done: (slot: Slot) => void;
  /** Undefined once the request is over. */
  #slot: Slot | undefined;
  readonly #inspection: Inspection | null;
  readonly #capture: ResponseCapture | null;
  #controller: Dispatcher.DispatchController | undefined;
  #failure = "";
  #isHandedOver = false;

  constructor(
    connection: Http2Connection,
    slot: Slot,
    inspection: Inspection | null,
    done: (slot: Slot) => void,
  ) {
    this.#connection = connection;
    this.#slot = slot;
    this.#inspection = inspection;
    this.#capture = inspection === null ? null : new ResponseCapture();
    if (inspection !== null) this.#capture?.begin(inspection.wants);
    this.#done = done;
    slot.cancel = (_slot, error) => this.#cancel(error);
  }

  /** The client has it: from here on its end may be told. */
  handedOver(): void {
    this.#isHandedOver = true;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const slot = this.#slot;
    const isAgain = this.#controller !== undefined;
    this.#controller = controller;
    if (slot === undefined) return controller.abort(streamError("given up before it was sent"));
    if (isAgain) {
      // The target has refused the stream. undici would send it once more; a load test says so.
      this.#failure = "streamRefused";
      return controller.abort(streamError(this.#failure));
    }
    this.#connection.begun();
    slot.sentUs = this.#connection.owner.clock.nowUs();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#connection.answered();
    this.#capture?.takeHeaders(headers);
    const slot = this.#slot;
    if (statusCode < 200 || slot === undefined) return;
    slot.status = statusCode;
    slot.location = redirectLocation(statusCode, headers["location"]);
    slot.firstByteUs = this.#connection.owner.clock.nowUs();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#capture?.addBody(chunk, 0, chunk.length);
  }

  onResponseEnd(): void {
    this.#finish("");
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(this.#failure === "" ? http2ErrorKind(error) : this.#failure);
  }

  #cancel(error: string): void {
    this.#failure = error;
    // Held back: undici cannot give it up, so it is let go and aborted when its turn comes.
    if (this.#controller === undefined) this.#finish(error);
    else this.#controller.abort(streamError(error));
  }

  #finish(error: string): void {
    const slot = this.#slot;
    if (slot === undefined) return;
    if (!this.#isHandedOver) return queueMicrotask(() => this.#finish(error));
    this.#slot = undefined;
    slot.endUs = this.#connection.owner.clock.nowUs();
    slot.error = error;
    if (error !== "") slot.status = 0;
    else if (this.#capture !== null) this.#inspection?.inspect(slot, this.#capture);
    this.#connection.ended(slot, this.#controller !== undefined);
    this.#done(slot);
  }
}
