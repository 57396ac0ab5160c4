import type { Template } from "@onrush/shared/template/compileTemplate.ts";
import type { Subject } from "@onrush/shared/template/render.ts";
import { INTERRUPTED, type Operation, type RunClock } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import type { HttpOptions } from "@onrush/shared/scenario/httpOptions.ts";
import type { HttpRequest, HttpTransport } from "./httpRequest.ts";
import type { Inspection } from "./responseCapture.ts";
import { redirectedRequest, redirectTarget } from "./redirects.ts";
import { remembering, rendered, type RenderedRequest } from "./renderedRequest.ts";

/** Origins that redirects may lead to: each keeps connections of its own. */
const MAX_ORIGINS = 64;

/** A request on its way through redirects. */
interface Chain {
  /** As its first hop was to be sent; what its templates gave is in `texts`. */
  first: HttpRequest;
  texts: Map<Template, string> | null;
  /** The hop under way, once the first has ended. */
  request: RenderedRequest | null;
  done: (slot: Slot) => void;
  /** Of all hops that have ended. */
  sentUs: number;
  opened: Slot["opened"];
  bytesSent: number;
  bytesReceived: number;
}

const noTexts = new Map<Template, string>();

/** Looks at the last answer alone. */
function ofLast(inspection: Inspection): Inspection {
  return {
    wants: inspection.wants,
    inspect(slot, answer) {
      if (slot.location === "") inspection.inspect(slot, answer);
    },
  };
}

/**
 * Follows redirects over another transport. To the engine a chain is one request: it is sent when
 * its first hop is, it ends with the last one, whose status and checks it has, and its bytes are those
 * of all.
 */
export class RedirectingTransport implements HttpTransport {
  readonly #transport: HttpTransport;
  readonly #options: HttpOptions;
  readonly #clock: RunClock;
  readonly #origins = new Set<string>();
  readonly #chains = new Map<Subject, Chain>();

  constructor(transport: HttpTransport, options: HttpOptions, clock: RunClock) {
    this.#clock = clock;
    this.#transport = transport;
    this.#options = options;
  }

  get connections(): number {
    return this.#transport.connections;
  }

  operation(request: HttpRequest): Operation {
    const inspection = request.inspection ?? null;
    const first = inspection === null ? request : { ...request, inspection: ofLast(inspection) };
    const operation = this.#transport.operation(remembering(first, this.#remember));
    this.#origins.add(new URL(request.url).origin);
    return {
      perform: (slot: Slot, done: (slot: Slot) => void) => {
        const nothing = { sentUs: -1, opened: null, bytesSent: 0, bytesReceived: 0 };
        this.#chains.set(slot, { first, texts: null, request: null, done, ...nothing });
        operation.perform(slot, this.#ended);
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

  readonly #remember = (subject: Subject, template: Template, text: string): void => {
    const chain = this.#chains.get(subject);
    if (chain === undefined) return;
    chain.texts ??= new Map();
    chain.texts.set(template, text);
  };

  readonly #ended = (slot: Slot): void => {
    const chain = this.#chains.get(slot);
    if (chain === undefined) return;
    this.#add(chain, slot);
    if (slot.error !== "" || slot.location === "") return this.#finish(chain, slot);
    const request = chain.request ?? rendered(chain.first, chain.texts ?? noTexts);
    const target = redirectTarget(request.url, slot.location);
    const problem = this.#problem(slot, target);
    if (target !== undefined && problem === "") {
      chain.request = redirectedRequest(request, slot.status, target);
      return this.#follow(chain.request, slot, target);
    }
    slot.error = problem;
    slot.status = 0;
    this.#finish(chain, slot);
  };

  /** Why the redirect is not followed; empty when it is. */
  #problem(slot: Slot, target: URL | undefined): string {
    const { maxRedirects, version } = this.#options;
    // The target's hop would be one more request, and without a lease nothing is sent.
    if (this.#clock.maySend?.() === false) return INTERRUPTED;
    if (target === undefined) return "redirectInvalid";
    if (target.protocol !== "http:" && target.protocol !== "https:") return "redirectScheme";
    if (target.protocol === "http:" && version === "2") return "http2Unsupported";
    if (slot.redirects >= maxRedirects) return "redirectLimit";
    const isKnown = this.#origins.has(target.origin);
    return !isKnown && this.#origins.size >= MAX_ORIGINS ? "redirectOrigins" : "";
  }

  #follow(request: RenderedRequest, slot: Slot, target: URL): void {
    this.#origins.add(target.origin);
    slot.redirects++;
    slot.location = "";
    slot.status = 0;
    slot.sentUs = -1;
    slot.firstByteUs = -1;
    slot.opened = null;
    slot.bytesSent = 0;
    slot.bytesReceived = 0;
    this.#transport.operation(request).perform(slot, this.#ended);
  }

  #add(chain: Chain, slot: Slot): void {
    if (chain.sentUs < 0) chain.sentUs = slot.sentUs;
    chain.opened ??= slot.opened;
    chain.bytesSent += slot.bytesSent;
    chain.bytesReceived += slot.bytesReceived;
  }

  #finish(chain: Chain, slot: Slot): void {
    this.#chains.delete(slot);
    slot.sentUs = chain.sentUs;
    slot.opened = chain.opened;
    slot.bytesSent = chain.bytesSent;
    slot.bytesReceived = chain.bytesReceived;
    chain.done(slot);
  }
}
