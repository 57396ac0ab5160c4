import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionPhases } from "@onrush/shared/metrics/phases.ts";
import type { RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import type { PooledConnection } from "../connectionPool.ts";
import type { HeadCache } from "./headCache.ts";
import { httpErrorKind } from "./httpErrors.ts";
import { OpeningClock } from "./openingClock.ts";
import { directWrite, readDirectly, type SocketWrite, streamWrite } from "./directSocket.ts";
import type { WireRequest } from "./wireRequest.ts";
import { type Inspection, ResponseCapture } from "./responseCapture.ts";
import { ResponseParser } from "./responseParser.ts";

/** A request as it goes over the wire, made once per step. */
export interface RawRequest {
  wire: WireRequest;
  isHead: boolean;
  inspection: Inspection | null;
  /** Undefined where headers are wanted: a head that is only compared gives none. */
  heads: HeadCache | undefined;
}

/** What the connections of one origin share. */
export interface RawOrigin {
  readonly url: URL;
  readonly clock: RunClock;
  readonly rejectUnauthorized: boolean;
  readonly connectTimeoutMs: number;
  /** Every connection reads into it; what was read is used up before the next read. */
  readonly readBuffer: Uint8Array;
  idle(connection: RawConnection): void;
  /** The connection cannot be used any more. */
  gone(connection: RawConnection): void;
}

const PORTS: Record<string, number> = { "http:": 80, "https:": 443 };

function connectionError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/**
 * One HTTP/1.1 connection over TCP or TLS with at most one request under way: prebuilt bytes out,
 * an incremental parser in, nothing in between.
 */
export class RawConnection implements PooledConnection<RawRequest> {
  readonly #origin: RawOrigin;
  readonly #write: SocketWrite;
  readonly #parser = new ResponseParser();
  #socket: Socket | undefined;
  #slot: Slot | undefined;
  #done: ((slot: Slot) => void) | undefined;
  #inspection: Inspection | null = null;
  /** Made when a request first wants it. */
  #capture: ResponseCapture | null = null;
  #received = 0;
  /** What opening it took, until its first request has taken it along. */
  #opened: ConnectionPhases | null = null;
  #isOpen = false;
  #isGone = false;
  /** When the last bytes came. */
  #readUs = 0;

  constructor(origin: RawOrigin) {
    this.#origin = origin;
    this.#write = this.#isTls ? streamWrite : directWrite;
  }

  open(opened: (error: unknown) => void): void {
    const { connectTimeoutMs } = this.#origin;
    const socket = this.#connect();
    this.#socket = socket;
    const opening = new OpeningClock(socket);
    const settle = (error: unknown) => {
      clearTimeout(timer);
      socket.off("error", settle);
      if (this.#isOpen || this.#isGone) return;
      if (error === null) {
        this.#isOpen = true;
        this.#opened = opening.phases(this.#isTls);
      } else this.#isGone = true;
      if (error !== null) socket.destroy();
      opened(error);
    };
    const timer = setTimeout(
      () => settle(connectionError("ETIMEDOUT", "the connection took too long")),
      connectTimeoutMs,
    );
    socket.once("error", settle);
    socket.once(this.#isTls ? "secureConnect" : "connect", () => settle(null));
    socket.on("error", (error) => this.#lost(httpErrorKind(error)));
    socket.on("end", () => this.#ended());
    socket.on("close", () => {
      settle(connectionError("ECONNRESET", "closed while it was being opened"));
      this.#lost("connectionClosed");
    });
  }

  send(slot: Slot, request: RawRequest, done: (slot: Slot) => void): void {
    this.#slot = slot;
    this.#done = done;
    this.#received = 0;
    this.#parser.begin(request.isHead, request.heads, this.#beginCapture(request.inspection));
    slot.cancel = this.#cancel;
    const { wire } = request;
    const isFixed = wire instanceof Uint8Array;
    const bytes = isFixed ? wire : wire.render(slot);
    slot.bytesSent = bytes.length;
    slot.opened = this.#opened;
    this.#opened = null;
    slot.sentUs = this.#origin.clock.nowUs();
    const socket = this.#socket;
    if (socket === undefined) return;
    if (this.#write(socket, bytes, this.#written)) this.#written();
    else if (!isFixed) wire.handOver();
  }

  #beginCapture(inspection: Inspection | null): ResponseCapture | null {
    this.#inspection = inspection;
    if (inspection === null) return null;
    this.#capture ??= new ResponseCapture();
    this.#capture.begin(inspection.wants);
    return this.#capture;
  }

  close(): void {
    this.#isGone = true;
    this.#socket?.destroy();
  }

  readonly #written = (): void => {
    const slot = this.#slot;
    if (slot !== undefined && slot.writtenUs < 0) slot.writtenUs = this.#origin.clock.nowUs();
  };

  get #isTls(): boolean {
    return this.#origin.url.protocol === "https:";
  }

  #connect(): Socket {
    const { url, rejectUnauthorized, readBuffer } = this.#origin;
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const port = url.port === "" ? PORTS[url.protocol] : Number(url.port);
    const to = { host, port: port ?? 80, noDelay: true };
    if (!this.#isTls) {
      const read = (length: number) => {
        this.#read(readBuffer, length);
        return true;
      };
      const socket = connectTcp({ ...to, onread: { buffer: readBuffer, callback: read } });
      return socket.once("connect", () => void readDirectly(socket, read));
    }
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = connectTls({
      ...to,
      ...servername,
      rejectUnauthorized,
      ALPNProtocols: ["http/1.1"],
    });
    socket.on("data", (chunk: Uint8Array) => this.#read(chunk, chunk.length));
    return socket;
  }

  #read(bytes: Uint8Array, length: number): void {
    this.#received += length;
    // Bytes that nobody asked for belong to no response: they must not become the next one's.
    const slot = this.#slot;
    if (slot === undefined) return this.#lost("protocol");
    this.#readUs = this.#origin.clock.nowUs();
    if (slot.firstByteUs < 0) {
      slot.firstByteUs = this.#readUs;
      // An answer before the request was written out: the target did not wait for all of it.
      if (slot.writtenUs < 0) slot.writtenUs = this.#readUs;
    }
    const taken = this.#parser.feed(bytes, 0, length);
    if (this.#parser.hasFailed) return this.#lost("protocol");
    if (this.#parser.isDone) this.#complete(taken === length);
    else if (this.#inspection !== null) this.#capture?.keep();
  }

  #ended(): void {
    this.#parser.end();
    this.#readUs = this.#origin.clock.nowUs();
    if (this.#slot !== undefined && this.#parser.isDone) this.#complete(false);
    else this.#lost("connectionClosed");
  }

  #complete(nothingLeft: boolean): void {
    const reusable = nothingLeft && this.#parser.keepAlive && !this.#isGone;
    const { status } = this.#parser;
    if (!reusable) this.#leave();
    this.#finish(status, "", reusable, this.#readUs);
  }

  /** The connection is over; so is the request under way, if any. */
  #lost(error: string): void {
    const wasGone = this.#isGone;
    if (!wasGone && this.#isOpen) this.#leave();
    if (this.#slot !== undefined) this.#finish(0, error, false, this.#origin.clock.nowUs());
  }

  #leave(): void {
    this.#isGone = true;
    this.#origin.gone(this);
    this.#socket?.destroy();
  }

  #finish(status: number, error: string, reusable: boolean, endUs: number): void {
    const slot = this.#slot;
    const done = this.#done;
    if (slot === undefined || done === undefined) return;
    this.#slot = undefined;
    this.#done = undefined;
    slot.endUs = endUs;
    slot.status = status;
    slot.error = error;
    slot.bytesReceived = this.#received;
    if (this.#inspection !== null) this.#inspect(slot);
    if (reusable) this.#origin.idle(this);
    done(slot);
  }

  /** Before the connection is used again: its capture then belongs to the next answer. */
  #inspect(slot: Slot): void {
    const capture = this.#capture;
    if (capture === null) return;
    if (slot.error === "") this.#inspection?.inspect(slot, capture);
    capture.end();
    this.#inspection = null;
  }

  readonly #cancel = (_slot: Slot, error: string): void => this.#lost(error);
}
