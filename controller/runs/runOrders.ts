import type { RunState, ShareState } from "@onrush/shared/run/runMessages.ts";
import { runWorkers, scriptUnderWay } from "@onrush/shared/run/runScripts.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { findShare } from "@onrush/shared/run/shareIndex.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import type { ScriptKind } from "@onrush/shared/wire/script.ts";
import type { WorkerLink } from "../platform/ports.ts";
import { clearRemains } from "./clearRemains.ts";
import { Deliveries, type DeliveriesOptions } from "./deliveries.ts";
import type { HandOut } from "./handOut.ts";
import { limited } from "./limited.ts";
import type { RunDocument } from "./runDocument.ts";
import type { RunKeeper } from "./runKeeper.ts";
import type { RunStandings } from "./runStandings.ts";

export interface RunOrdersOptions extends Omit<DeliveriesOptions, "mayGiveUp"> {
  document: Pick<RunDocument, "id" | "token">;
  handOut: HandOut;
  keeper: Pick<RunKeeper, "acknowledge">;
  link: WorkerLink;
  standings: Pick<RunStandings, "command" | "restore">;
  /** The run as it is now. */
  state(): RunState;
  /** Somebody else owns the run. */
  onRefused(): void;
}

/** What a run's workers are told, each thing when its turn has come, and of the run as it is then. */
export class RunOrders {
  readonly #options: RunOrdersOptions;
  readonly #deliveries: Deliveries;
  /** What is stored is to be acknowledged; its turn has not come yet. */
  #acknowledging = false;

  constructor(options: RunOrdersOptions) {
    this.#options = options;
    // What an ended run leaves is found by others.
    const mayGiveUp = () => hasEnded(options.state().phase);
    this.#deliveries = new Deliveries({ ...options, mayGiveUp });
  }

  /** Hands shares out, unless by then they are somebody else's, or nobody's. */
  assign(shares: readonly ShareState[]): void {
    this.#give(async (state, token) => {
      if (hasEnded(state.phase)) return;
      const due = shares.filter((share) => findShare(state, share)?.phase === "assigned");
      await this.#options.handOut.shares(state, token, due);
    });
  }

  script(kind: ScriptKind): void {
    this.#give(async (state, token) => {
      if (scriptUnderWay(state)?.kind !== kind) return;
      await this.#options.handOut.script(state, token, kind);
    });
  }

  command(type: Command["type"]): void {
    this.#give((state, token) => this.#options.standings.command(type, state, token));
  }

  /** START, unless it is too late for its instant when its turn comes and nobody knows of it. */
  start(isInTime: () => boolean, onLate: () => void): void {
    let isTold = false;
    this.#give(async (state, token) => {
      if (!isTold && !isInTime()) return onLate();
      // It may have arrived, also when there is no answer.
      isTold = true;
      await this.#options.standings.command("start", state, token);
    });
  }

  /** Resolves when all that was given until now is done, or after `withinMs`. */
  async settled(withinMs: number): Promise<void> {
    await limited(
      withinMs,
      this.#deliveries.post(async () => {}),
    );
  }

  /** Tells what is stored by then, once for however often it is asked for before. */
  acknowledge(): void {
    if (this.#acknowledging) return;
    this.#acknowledging = true;
    this.#give(async (state) => {
      this.#acknowledging = false;
      if (hasEnded(state.phase) || (await this.#options.keeper.acknowledge())) return;
      this.#options.onRefused();
    });
  }

  /** Tells a link that may have forgotten everything how the run stands. */
  restore(): void {
    this.#give((state, token) => this.#options.standings.restore(state, token));
  }

  /** That the run is over: the last thing. Resolves when they are told; what is left is found later. */
  release(): Promise<void> {
    const { link, document, warn, state } = this.#options;
    return this.#deliveries.post(async () => {
      await link.directory.release(document.id);
      for (const error of await clearRemains(link, document.id, runWorkers(state()))) {
        warn(error, "something of a run is left");
      }
    });
  }

  #give(step: (state: RunState, token: number) => Promise<void>): void {
    const { state, document } = this.#options;
    void this.#deliveries.post(() => step(state(), document.token));
  }
}
