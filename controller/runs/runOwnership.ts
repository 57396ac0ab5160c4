import type { Logger } from "../platform/logger.ts";
import type { LeaseState, RunLease, RunOwner } from "../platform/ports.ts";
import { LEASE_TTL_MS } from "./runPlatform.ts";

const RENEW_EVERY_MS = 1_000;

export interface OwnershipEvents {
  /** Another controller owns the run now. */
  onLost(): void;
  /** The lease was gone and is ours again under a new token: what keeps leases has forgotten it. */
  onRegained(token: number): void;
  onStopAsked(): void;
  /** The lease cannot be renewed, or can be again. */
  onReachable(isReachable: boolean, reason: string): void;
}

/**
 * The lease of one run, renewed apart from everything else that happens to it: a store that does
 * not answer must not cost a run its owner.
 *
 *   held ─▶ lost (another controller has it)
 *     └──▶ released (by us)
 */
export class RunOwnership {
  token: number;
  readonly #runId: string;
  readonly #lease: RunLease;
  readonly #owner: RunOwner;
  readonly #logger: Logger;
  #events: OwnershipEvents | undefined;
  #timer: NodeJS.Timeout | undefined;
  #phase: "held" | "lost" | "released" = "held";
  #isReachable = true;
  #renewing = false;
  #renewedAtMs = performance.now();

  private constructor(
    runId: string,
    lease: RunLease,
    owner: RunOwner,
    logger: Logger,
    token: number,
  ) {
    this.#runId = runId;
    this.#lease = lease;
    this.#owner = owner;
    this.#logger = logger;
    this.token = token;
  }

  /** Undefined while another controller owns the run. */
  static async acquire(
    runId: string,
    lease: RunLease,
    owner: RunOwner,
    logger: Logger,
  ): Promise<RunOwnership | undefined> {
    const token = await lease.acquire(runId, owner, LEASE_TTL_MS);
    if (token === undefined) return undefined;
    const ownership = new RunOwnership(runId, lease, owner, logger, token);
    ownership.#timer = setInterval(() => void ownership.#renew(), RENEW_EVERY_MS);
    return ownership;
  }

  get isHeld(): boolean {
    return this.#phase === "held";
  }

  /** False when the lease may have run out without our knowing. */
  get isFresh(): boolean {
    return performance.now() - this.#renewedAtMs < LEASE_TTL_MS;
  }

  /** False from the first renewal that fails until the next one that does not. */
  get isReachable(): boolean {
    return this.#isReachable;
  }

  listen(events: OwnershipEvents): void {
    this.#events = events;
  }

  /** Whether somebody has asked for the end of the run, whoever owned it then. */
  async isStopAsked(): Promise<boolean> {
    const { stopAsked } = await this.#lease.renew(this.#runId, this.#owner, LEASE_TTL_MS);
    return stopAsked;
  }

  /** Lets others have it; from now on it is not ours, also when nobody can be told. */
  async release(): Promise<void> {
    const wasHeld = this.isHeld;
    this.#end("released");
    if (!wasHeld) return;
    try {
      await this.#lease.release(this.#runId, this.#owner);
    } catch (error) {
      const context = { err: error, runId: this.#runId };
      this.#logger.warn(
        context,
        "the lease of a run could not be given back: it runs out by itself",
      );
    }
  }

  #end(phase: "lost" | "released"): void {
    clearInterval(this.#timer);
    if (this.#phase === "held") this.#phase = phase;
  }

  async #renew(): Promise<void> {
    // An answer that takes long must not let requests pile up.
    if (this.#renewing) return;
    this.#renewing = true;
    try {
      await this.#renewOnce();
      this.#renewedAtMs = performance.now();
      this.#reachable(true, "");
    } catch (error) {
      this.#reachable(false, error instanceof Error ? error.message : String(error));
    } finally {
      this.#renewing = false;
    }
  }

  async #renewOnce(): Promise<void> {
    const state: LeaseState = await this.#lease.renew(this.#runId, this.#owner, LEASE_TTL_MS);
    if (!this.isHeld) return;
    if (state.stopAsked) this.#events?.onStopAsked();
    if (state.owned) return;
    // It may only have run out, in an outage; then nobody else has it.
    const token = await this.#lease.acquire(this.#runId, this.#owner, LEASE_TTL_MS);
    if (!this.isHeld) return;
    if (token === undefined) {
      this.#logger.warn({ runId: this.#runId }, "another controller owns this run now");
      this.#end("lost");
      this.#events?.onLost();
      return;
    }
    this.token = token;
    this.#events?.onRegained(token);
  }

  #reachable(isReachable: boolean, reason: string): void {
    if (isReachable === this.#isReachable) return;
    this.#isReachable = isReachable;
    this.#events?.onReachable(isReachable, reason);
  }
}
