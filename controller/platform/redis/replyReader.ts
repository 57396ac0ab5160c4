import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { RedisOptions } from "ioredis";
import { encodeCommand, readReply, type Reply, ReplyEnd } from "./resp.ts";

const CONNECT_TIMEOUT_MS = 3_500;
/** Without an answer for so long a connection is dead. Above any blocking command's time. */
const SILENCE_MS = 5_000;
const FIRST_BYTES = 65_536;
/** Of the memory for replies; it grows to the largest one. */
const LEAST_BYTES = 1_048_576;

/**
 * A connection for large replies, one at a time: they are read into the same memory again and
 * again. ioredis reads into new buffers of 64 KB, each of them outside the heap: at the rate of
 * reports of 1,000 workers that alone has the whole heap collected every second, and takes more
 * time than decoding.
 */
export class ReplyReader {
  readonly #target: RedisOptions;
  #socket: Socket | undefined;
  #memory = new Uint8Array(LEAST_BYTES);
  #length = 0;
  /** Takes the beginning of the next reply, while the last one is still in use. */
  readonly #first = new Uint8Array(FIRST_BYTES);
  #end = new ReplyEnd();
  #waiting: PromiseWithResolvers<Reply> | undefined;

  /** @param target where Redis is, as ioredis understands it */
  constructor(target: RedisOptions) {
    this.#target = target;
  }

  /**
   * The answer to a command. Its byte arrays are valid until the next call. Rejects with
   * RefusedCommand, or with any error when there is no connection: the next call opens another.
   */
  async call(words: readonly (string | number)[]): Promise<Reply> {
    if (this.#socket === undefined) await this.#open();
    return this.#ask(words);
  }

  close(): void {
    this.#fail(new Error("the connection is closed"));
  }

  async #open(): Promise<void> {
    const { username, password, db = 0 } = this.#target;
    await this.#connect();
    try {
      if (password) await this.#ask(["AUTH", ...(username ? [username] : []), password]);
      if (db > 0) await this.#ask(["SELECT", db]);
    } catch (error) {
      this.#fail(error as Error);
      throw error;
    }
  }

  async #connect(): Promise<void> {
    const { host = "localhost", port = 6379, family, tls } = this.#target;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const options: TcpNetConnectOpts = {
      ...{ host, port, noDelay: true, keepAlive: true },
      ...(family === undefined ? {} : { family }),
      onread: { buffer: () => this.#room(), callback: (count) => this.#take(count) },
    };
    const socket = tls
      ? connectTls({ ...options, ...tls } as ConnectionOptions, resolve)
      : connectTcp(options, resolve);
    const end = (error: Error) => {
      reject(error);
      if (this.#socket === socket) this.#fail(error);
      else socket.destroy();
    };
    this.#socket = socket;
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => end(new Error("Redis does not answer")));
    socket.on("error", end).on("close", () => end(new Error("the connection is lost")));
    await promise;
  }

  #ask(words: readonly (string | number)[]): Promise<Reply> {
    const socket = this.#socket;
    if (socket === undefined) return Promise.reject(new Error("the connection is lost"));
    this.#waiting = Promise.withResolvers<Reply>();
    this.#length = 0;
    this.#end = new ReplyEnd();
    socket.setTimeout(SILENCE_MS);
    socket.write(encodeCommand(words));
    return this.#waiting.promise;
  }

  /** Where to read to next. */
  #room(): Uint8Array {
    if (this.#length === 0) return this.#first;
    if (this.#memory.length - this.#length < FIRST_BYTES) this.#grow(2 * this.#memory.length);
    return this.#memory.subarray(this.#length);
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(bytes);
    grown.set(this.#memory.subarray(0, this.#length));
    this.#memory = grown;
  }

  /** So much more was read to where `#room` said. */
  #take(count: number): boolean {
    if (this.#length === 0) this.#memory.set(this.#first.subarray(0, count));
    this.#length += count;
    try {
      if (!this.#end.isWithin(this.#memory, this.#length)) return true;
    } catch (error) {
      this.#fail(error as Error);
      return false;
    }
    this.#answer();
    return true;
  }

  #answer(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const reply = this.#memory.subarray(0, this.#length);
    this.#length = 0;
    // Between two calls nothing is expected.
    this.#socket?.setTimeout(0);
    try {
      waiting?.resolve(readReply(reply));
    } catch (error) {
      waiting?.reject(error);
    }
  }

  #fail(error: Error): void {
    const [socket, waiting] = [this.#socket, this.#waiting];
    this.#socket = undefined;
    this.#waiting = undefined;
    this.#length = 0;
    socket?.destroy();
    waiting?.reject(error);
  }
}
