import type { Socket } from "node:net";
import type { ConnectionPhases } from "@onrush/shared/metrics/phases.ts";
import { monotonicUs } from "../../engine/monotonicClock.ts";

/**
 * Times the steps of opening a socket; to be made right after it has begun to connect. By the
 * machine's clock: the run's begins to count while connections are being opened.
 */
export class OpeningClock {
  readonly #beganUs = monotonicUs();
  #lookedUpUs = -1;
  #connectedUs = -1;

  constructor(socket: Socket) {
    socket.once("lookup", () => (this.#lookedUpUs = monotonicUs()));
    socket.once("connect", () => (this.#connectedUs = monotonicUs()));
  }

  /** To be asked when the socket is open. An address that needs no look-up has no `dnsUs`. */
  phases(isTls: boolean): ConnectionPhases {
    const openUs = monotonicUs();
    const connectedUs = this.#connectedUs < 0 ? openUs : this.#connectedUs;
    const lookedUpUs = this.#lookedUpUs < 0 ? this.#beganUs : this.#lookedUpUs;
    return {
      dnsUs: this.#lookedUpUs < 0 ? -1 : this.#lookedUpUs - this.#beganUs,
      connectUs: connectedUs - lookedUpUs,
      tlsUs: isTls ? openUs - connectedUs : -1,
    };
  }
}
