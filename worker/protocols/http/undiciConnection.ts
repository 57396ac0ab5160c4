import type { Socket } from "node:net";
import type { RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import { buildConnector, Client, type Dispatcher } from "undici";
import type { PooledConnection } from "../connectionPool.ts";
import { httpErrorKind } from "./httpErrors.ts";
import { forwardedError } from "./proxy.ts";
import { redirectLocation } from "./redirects.ts";
import { type Inspection, ResponseCapture } from "./responseCapture.ts";
import { openAhead } from "./connectors.ts";

export type Connector = buildConnector.connector;

export interface ConnectionOwner {
  readonly origin: string;
  readonly clock: RunClock;
  readonly connector: Connector;
  /** Answers come through a proxy that may answer itself. */
  readonly isForwarded: boolean;
  /** The connection has nothing to do and can be used again. */
  idle(connection: UndiciConnection): void;
}

/** A request as undici takes it, made once per step. */
type Options = Dispatcher.DispatchOptions;

export interface UndiciRequest {
  /** Fixed, or rendered for each request. */
  options: Options | ((slot: Slot) => Options);
  inspection: Inspection | null;
}

/**
 * One connection with at most one request under way. It is its own undici handler, so a request
 * makes no object of ours. One Client per connection is faster than a Pool and never queues.
 */
export class UndiciConnection
  implements Dispatcher.DispatchHandler, PooledConnection<UndiciRequest>
{
  readonly #owner: ConnectionOwner;
  #client: Client;
  #socket: Socket | undefined;
  #prepared: Socket | undefined;
  #slot: Slot | undefined;
  #done: ((slot: Slot) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #cancelled = "";
  #inspection: Inspection | null = null;
  readonly #capture = new ResponseCapture();
  #bytesReadBefore = 0;
  #bytesWrittenBefore = 0;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
    this.#client = this.#makeClient();
  }

  open(opened: (error: unknown) => void): void {
    openAhead(this.#owner.connector, this.#owner.origin, (error, socket) => {
      this.#prepared = socket;
      opened(error);
    });
  }

  send(slot: Slot, request: UndiciRequest, done: (slot: Slot) => void): void {
    const { options, inspection } = request;
    this.#inspection = inspection;
    if (inspection !== null) this.#capture.begin(inspection.wants);
    this.#slot = slot;
    this.#done = done;
    this.#controller = undefined;
    this.#cancelled = "";
    slot.cancel = this.#cancel;
    this.#client.dispatch(typeof options === "function" ? options(slot) : options, this);
  }

  close(): void {
    this.#prepared?.destroy();
    void this.#client.destroy().catch(() => {});
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#cancelled !== "") return controller.abort(new Error(this.#cancelled));
    const socket = this.#socket;
    this.#bytesReadBefore = socket?.bytesRead ?? 0;
    this.#bytesWrittenBefore = socket?.bytesWritten ?? 0;
    if (this.#slot !== undefined) this.#slot.sentUs = this.#owner.clock.nowUs();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.#inspection !== null) this.#capture.takeHeaders(headers);
    const slot = this.#slot;
    if (statusCode < 200 || slot === undefined) return;
    slot.status = statusCode;
    slot.location = redirectLocation(statusCode, headers["location"]);
    slot.firstByteUs = this.#owner.clock.nowUs();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#inspection !== null) this.#capture.addBody(chunk, 0, chunk.length);
  }

  onResponseEnd(): void {
    this.#finish(this.#owner.isForwarded ? forwardedError(this.#slot?.status ?? 0) : "");
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(this.#cancelled === "" ? httpErrorKind(error) : this.#cancelled);
  }

  #finish(error: string): void {
    const slot = this.#slot;
    const done = this.#done;
    if (slot === undefined || done === undefined) return;
    this.#slot = undefined;
    this.#done = undefined;
    slot.endUs = this.#owner.clock.nowUs();
    slot.error = error;
    if (error !== "") slot.status = 0;
    if (slot.sentUs >= 0 && this.#socket !== undefined) {
      slot.bytesReceived = this.#socket.bytesRead - this.#bytesReadBefore;
      slot.bytesSent = this.#socket.bytesWritten - this.#bytesWrittenBefore;
    }
    this.#inspect(slot);
    this.#owner.idle(this);
    done(slot);
  }

  /** Before the connection is used again: its capture then belongs to the next answer. */
  #inspect(slot: Slot): void {
    if (this.#inspection === null) return;
    if (slot.error === "") this.#inspection.inspect(slot, this.#capture);
    this.#capture.end();
    this.#inspection = null;
  }

  readonly #cancel = (_slot: Slot, error: string): void => {
    this.#cancelled = error;
    if (this.#controller !== undefined) {
      this.#controller.abort(new Error(error));
      return;
    }
    // Not connected yet: undici can only give up the whole client.
    const client = this.#client;
    this.#client = this.#makeClient();
    void client.destroy(new Error(error)).catch(() => {});
  };

  #makeClient(): Client {
    return new Client(this.#owner.origin, {
      allowH2: false,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => this.#connect(options, callback),
    });
  }

  #connect(options: buildConnector.Options, callback: buildConnector.Callback): void {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared !== undefined && !prepared.destroyed && prepared.readyState === "open") {
      this.#socket = prepared;
      // undici expects its connector to answer later.
      process.nextTick(() => callback(null, prepared));
      return;
    }
    this.#owner.connector(options, (...answer) => {
      if (answer[1] !== null) this.#socket = answer[1];
      callback(...answer);
    });
  }
}
