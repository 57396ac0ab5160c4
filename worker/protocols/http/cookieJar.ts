import { CookieJar as ToughJar } from "tough-cookie";

/** Of one user, all domains together; a target that sets more of them gets no more back. */
const MAX_COOKIES = 300;

/** The cookies of one user, by RFC 6265: domain, path, Secure and expiry decide what is sent. */
export class CookieJar {
  // Systems under test live under names of all kinds, also such as only registries have.
  readonly #jar = new ToughJar(undefined, {
    rejectPublicSuffixes: false,
    allowSecureOnLocal: false,
  });
  #count = 0;

  /** The value of the Cookie header for a URL; empty when there is none to be sent. */
  headerFor(url: string): string {
    return this.#count === 0 ? "" : this.#jar.getCookieStringSync(url);
  }

  /** Takes a Set-Cookie header of an answer; what is malformed or not the target's to set is not. */
  take(line: string, url: string): void {
    if (this.#count >= MAX_COOKIES) this.#count = this.#jar.serializeSync()?.cookies.length ?? 0;
    if (this.#count >= MAX_COOKIES) return;
    if (this.#jar.setCookieSync(line, url, { ignoreError: true }) !== undefined) this.#count++;
  }
}
