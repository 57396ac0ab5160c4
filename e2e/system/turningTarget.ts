import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Of every answer, so that users who wait for theirs ask at a low rate. */
const ANSWER_AFTER_MS = 100;

const answer = (response: ServerResponse, status: number, afterMs = ANSWER_AFTER_MS) =>
  void setTimeout(() => response.writeHead(status).end("ok"), afterMs);

/** What a target does from its turn on. */
export const turns = {
  errors: (response: ServerResponse) => answer(response, 503),
  slowness: (response: ServerResponse) => answer(response, 200, 1_700),
  silence: () => {},
};

/**
 * A target that is good until a known moment of its own clock, and its log. `/steady` stays as it
 * is, so that what is asked there tells how long load goes on.
 */
export class TurningTarget {
  readonly #server = createServer((request, response) => {
    this.lastArrivalMs = performance.now();
    // From the first arrival on, as the seconds of a run are.
    this.turnsAtMs ??= this.lastArrivalMs + this.#turnAfterMs;
    const isTurned = request.url !== "/steady" && this.lastArrivalMs >= this.turnsAtMs;
    if (isTurned) this.#turned(response);
    else answer(response, 200);
  });
  readonly #turnAfterMs: number;
  readonly #turned: (response: ServerResponse) => void;
  turnsAtMs: number | undefined;
  lastArrivalMs = 0;

  private constructor(turnAfterMs: number, turned: (response: ServerResponse) => void) {
    this.#turnAfterMs = turnAfterMs;
    this.#turned = turned;
  }

  static async start(
    turnAfterMs: number,
    turned: (response: ServerResponse) => void,
  ): Promise<TurningTarget> {
    const target = new TurningTarget(turnAfterMs, turned);
    await new Promise<void>((resolve) => target.#server.listen(0, "127.0.0.1", resolve));
    return target;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How long it was asked for anything after its turn. */
  get askedAfterTurnMs(): number {
    return this.lastArrivalMs - (this.turnsAtMs ?? Infinity);
  }

  /** For how long nobody has asked. */
  get quietMs(): number {
    return performance.now() - this.lastArrivalMs;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/**
 * Users who go on as soon as they have their answers are never late, so that a busy machine makes
 * no run of them INVALID: the exit code is that of the broken line.
 */
export const users = (url: string, name: string, vus: number) => ({
  ...{ name, loadProfile: { type: "VUS" as const, vus } },
  steps: [{ name: "ask", protocol: "http" as const, url }],
});
