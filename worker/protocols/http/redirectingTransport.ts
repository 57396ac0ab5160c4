import type { Operation } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import type { HttpOptions } from "@onrush/shared/scenario/http.ts";
import type { HttpRequest, HttpTransport } from "./httpRequest.ts";
import { redirectedRequest, redirectTarget } from "./redirects.ts";

/** Origins that redirects may lead to: each keeps connections of its own. */
const MAX_ORIGINS = 64;

/** A request on its way through redirects. */
interface Chain {
  request: HttpRequest;
  done: (slot: Slot) => void;
  /** Of all hops that have ended. */
  sentUs: number;
  opened: Slot["opened"];
  bytesSent: number;
  bytesReceived: number;
}

/**
 * Follows redirects over another transport. To the engine a chain is one request: it is sent when
 * its first hop is, it ends with the last one, whose status it has, and its bytes are those of all.
 */
export class RedirectingTransport implements HttpTransport {
  readonly #transport: HttpTransport;
  readonly #options: HttpOptions;
  readonly #origins = new Set<string>();
  readonly #chains = new Map<Slot, Chain>();

  constructor(transport: HttpTransport, options: HttpOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  get connections(): number {
    return this.#transport.connections;
  }

  operation(request: HttpRequest): Operation {
    const first = this.#transport.operation(request);
    this.#origins.add(new URL(request.url).origin);
    return {
      perform: (slot: Slot, done: (slot: Slot) => void) => {
        const nothing = { sentUs: -1, opened: null, bytesSent: 0, bytesReceived: 0 };
        this.#chains.set(slot, { request, done, ...nothing });
        first.perform(slot, this.#ended);
      },
    };
  }

  warmUp(connections: number): Promise<void> {
    return this.#transport.warmUp(connections);
  }

  leave(slot: Slot): void {
    this.#transport.leave(slot);
  }

  close(): void {
    this.#transport.close();
  }

  readonly #ended = (slot: Slot): void => {
    const chain = this.#chains.get(slot);
    if (chain === undefined) return;
    this.#add(chain, slot);
    if (slot.error !== "" || slot.location === "") return this.#finish(chain, slot, slot.error);
    const target = redirectTarget(chain.request.url, slot.location);
    const problem = this.#problem(slot, target);
    if (target === undefined || problem !== "") return this.#finish(chain, slot, problem);
    this.#follow(chain, slot, target);
  };

  /** Why the redirect is not followed; empty when it is. */
  #problem(slot: Slot, target: URL | undefined): string {
    const { maxRedirects, version } = this.#options;
    if (target === undefined) return "redirectInvalid";
    if (target.protocol !== "http:" && target.protocol !== "https:") return "redirectScheme";
    if (target.protocol === "http:" && version === "2") return "http2Unsupported";
    if (slot.redirects >= maxRedirects) return "redirectLimit";
    const isKnown = this.#origins.has(target.origin);
    return !isKnown && this.#origins.size >= MAX_ORIGINS ? "redirectOrigins" : "";
  }

  #follow(chain: Chain, slot: Slot, target: URL): void {
    chain.request = redirectedRequest(chain.request, slot.status, target);
    this.#origins.add(target.origin);
    slot.redirects++;
    slot.location = "";
    slot.status = 0;
    slot.sentUs = -1;
    slot.firstByteUs = -1;
    slot.opened = null;
    slot.bytesSent = 0;
    slot.bytesReceived = 0;
    this.#transport.operation(chain.request).perform(slot, this.#ended);
  }

  #add(chain: Chain, slot: Slot): void {
    if (chain.sentUs < 0) chain.sentUs = slot.sentUs;
    chain.opened ??= slot.opened;
    chain.bytesSent += slot.bytesSent;
    chain.bytesReceived += slot.bytesReceived;
  }

  #finish(chain: Chain, slot: Slot, error: string): void {
    this.#chains.delete(slot);
    slot.error = error;
    if (error !== "") slot.status = 0;
    slot.sentUs = chain.sentUs;
    slot.opened = chain.opened;
    slot.bytesSent = chain.bytesSent;
    slot.bytesReceived = chain.bytesReceived;
    chain.done(slot);
  }
}
