import type { Socket } from "node:net";
import type { ConnectionPhases } from "@onrush/shared/metrics/phases.ts";

/** Times the steps of opening a socket; to be made right after it has begun to connect. */
export class OpeningClock {
  readonly #nowUs: () => number;
  readonly #beganUs: number;
  #lookedUpUs = -1;
  #connectedUs = -1;

  constructor(socket: Socket, nowUs: () => number) {
    this.#nowUs = nowUs;
    this.#beganUs = nowUs();
    socket.once("lookup", () => (this.#lookedUpUs = nowUs()));
    socket.once("connect", () => (this.#connectedUs = nowUs()));
  }

  /** To be asked when the socket is open. An address that needs no look-up has no `dnsUs`. */
  phases(isTls: boolean): ConnectionPhases {
    const openUs = this.#nowUs();
    const connectedUs = this.#connectedUs < 0 ? openUs : this.#connectedUs;
    const lookedUpUs = this.#lookedUpUs < 0 ? this.#beganUs : this.#lookedUpUs;
    return {
      dnsUs: this.#lookedUpUs < 0 ? -1 : this.#lookedUpUs - this.#beganUs,
      connectUs: connectedUs - lookedUpUs,
      tlsUs: isTls ? openUs - connectedUs : -1,
    };
  }
}
