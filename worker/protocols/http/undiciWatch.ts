import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Slot } from "../../engine/slot.ts";
import type { SentWatch } from "./httpRequest.ts";
import type { UndiciRequest } from "./undiciConnection.ts";
import { headerPairs } from "./wireRequest.ts";

type Options = Exclude<UndiciRequest["options"], (slot: Slot) => unknown>;

interface Dispatched {
  slot: Slot;
  options: Options;
}

const CREATED = "undici:request:create";
const SENDING = "undici:client:sendHeaders";

/** Methods whose empty bodies have a length, too. */
const expectsBody = new Set(["POST", "PUT", "PATCH"]);

/**
 * Tells of the requests that undici sends, with the headers that it sends, by its own diagnostics:
 * those cost nothing where nobody has subscribed.
 */
export class UndiciWatch {
  readonly #sent: SentWatch;
  readonly #dispatched = new WeakMap<object, Dispatched>();
  /** Asked for just now; undici makes its request before anything else happens. */
  #next: Dispatched | null = null;

  constructor(sent: SentWatch) {
    this.#sent = sent;
    subscribe(CREATED, this.#created);
    subscribe(SENDING, this.#sending);
  }

  watch(options: UndiciRequest["options"]): (slot: Slot) => Options {
    return (slot) => {
      const own = typeof options === "function" ? options(slot) : options;
      this.#next = { slot, options: own };
      return own;
    };
  }

  close(): void {
    unsubscribe(CREATED, this.#created);
    unsubscribe(SENDING, this.#sending);
  }

  readonly #created = (message: unknown): void => {
    const { request } = message as { request: object };
    if (this.#next !== null) this.#dispatched.set(request, this.#next);
    this.#next = null;
  };

  readonly #sending = (message: unknown): void => {
    const { request, headers } = message as { request: object; headers: string };
    const dispatched = this.#dispatched.get(request);
    if (dispatched === undefined) return;
    const { slot, options } = dispatched;
    const { method, path } = options;
    const body = Buffer.from((options.body ?? "") as string | Uint8Array);
    const lines = headers.split("\r\n").filter((line) => line.includes(":"));
    const pairs = headerPairs(lines);
    // Written behind the others, after undici has told of them.
    const hasLength = pairs.some(([name]) => name.toLowerCase() === "content-length");
    if (!hasLength && (body.length > 0 || expectsBody.has(method))) {
      pairs.push(["content-length", String(body.length)]);
    }
    this.#sent(slot, { method, target: path, headers: pairs, body });
  };
}
