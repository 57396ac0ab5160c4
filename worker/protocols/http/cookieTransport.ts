import { renderText, type Template } from "@onrush/shared/template/compileTemplate.ts";
import type { Operation } from "../../engine/operation.ts";
import type { Slot } from "../../engine/slot.ts";
import { CookieJar } from "./cookieJar.ts";
import type { HttpRequest, HttpTransport } from "./httpRequest.ts";
import { type Inspection, SET_COOKIE } from "./responseCapture.ts";

/** How long a jar lasts: as long as its user, or where each arrival is a fresh one its iteration. */
export type JarOwner = "user" | "iteration";

interface OwnedJar {
  arrival: number;
  jar: CookieJar;
}

/** What `perform` has found is sent when there is a connection. */
const cookieHeader: Template = {
  literals: ["", ""],
  values: [(subject) => (subject as Slot).cookies],
};

/**
 * Keeps the cookies of answers and sends them with later requests, over another transport. Below
 * one that follows redirects it sees every hop.
 */
export class CookieTransport implements HttpTransport {
  readonly #transport: HttpTransport;
  readonly #owner: JarOwner;
  readonly #jars = new Map<Slot, OwnedJar>();

  constructor(transport: HttpTransport, owner: JarOwner) {
    this.#transport = transport;
    this.#owner = owner;
  }

  get connections(): number {
    return this.#transport.connections;
  }

  operation(request: HttpRequest): Operation {
    const { url, path } = request;
    const { origin } = new URL(url);
    const urlFor = (slot: Slot) => (path === undefined ? url : origin + renderText(path, slot));
    const taking: HttpRequest = { ...request, inspection: this.#taking(request, urlFor) };
    const bare = this.#transport.operation(taking);
    // A Cookie header of the step's own is all that it sends.
    const names = Object.keys(request.headers).map((name) => name.toLowerCase());
    if (names.includes("cookie")) return bare;
    let sending: Operation | undefined;
    return {
      perform: (slot, done) => {
        slot.cookies = this.#jarOf(slot).headerFor(urlFor(slot));
        if (slot.cookies === "") return bare.perform(slot, done);
        sending ??= this.#transport.operation({
          ...taking,
          headers: { ...request.headers, cookie: cookieHeader },
        });
        sending.perform(slot, done);
      },
    };
  }

  warmUp(connections: number): Promise<void> {
    return this.#transport.warmUp(connections);
  }

  leave(slot: Slot): void {
    this.#jars.delete(slot);
    this.#transport.leave(slot);
  }

  close(): void {
    this.#jars.clear();
    this.#transport.close();
  }

  #taking({ inspection = null }: HttpRequest, urlFor: (slot: Slot) => string): Inspection {
    const { bodyLimit = 0, headers = [], ...wants } = inspection?.wants ?? {};
    return {
      wants: { ...wants, bodyLimit, headers: [...new Set([...headers, SET_COOKIE])] },
      inspect: (slot, answer) => {
        if (answer.setCookies.length > 0) {
          const jar = this.#jarOf(slot);
          const url = urlFor(slot);
          for (const line of answer.setCookies) jar.take(line, url);
        }
        inspection?.inspect(slot, answer);
      },
    };
  }

  /** Requests that are sent together have their iteration's. */
  #jarOf(slot: Slot): CookieJar {
    const whole = slot.parent ?? slot;
    const known = this.#jars.get(whole);
    const { arrival } = whole;
    if (known !== undefined && (this.#owner === "user" || known.arrival === arrival)) {
      return known.jar;
    }
    const jar = new CookieJar();
    this.#jars.set(whole, { arrival, jar });
    return jar;
  }
}
