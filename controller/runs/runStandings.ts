import { isShareOver, type RunState } from "@onrush/shared/run/runMessages.ts";
import { runWorkers, scriptsOf } from "@onrush/shared/run/runScripts.ts";
import { scriptKinds } from "@onrush/shared/wire/script.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import type { BeatReply } from "@onrush/shared/wire/heartbeat.ts";
import type { LeaseRequest } from "@onrush/shared/wire/leaseRenewal.ts";
import type { ControlBus, KeptClaims, ShareEpoch, WorkerDirectory } from "../platform/ports.ts";
import type { RunClaims } from "./runClaims.ts";
import type { WorkerWatch } from "./workerWatch.ts";

interface StandingsLink {
  directory: Pick<WorkerDirectory, "setShares" | "restore">;
  control: ControlBus;
}

/** The epoch of a script that has ended is over, and with it the script on its worker. */
function scriptEpochs(state: RunState): ShareEpoch[] {
  const { states } = scriptsOf(state);
  return scriptKinds.flatMap((kind) => {
    const script = states[kind];
    if (script === undefined) return [];
    const isUnderWay = script.result === null && script.fenced !== true;
    const epoch = script.attempt + (isUnderWay ? 0 : 1);
    return [{ share: kind, epoch, ackedSeq: 0 }];
  });
}

/** What workers are told of a run: how its shares stand, and its commands. */
export class RunStandings {
  readonly #runId: string;
  readonly #claims: RunClaims;
  readonly #link: StandingsLink;
  readonly #watch: Pick<WorkerWatch, "listed" | "leased">;
  /** Share to the last snapshot that is merged and stored. */
  #stored = new Map<string, { epoch: number; seq: number }>();
  #areWhole = true;
  #isStartTold = false;

  constructor(
    runId: string,
    claims: RunClaims,
    link: StandingsLink,
    watch: Pick<WorkerWatch, "listed" | "leased">,
  ) {
    this.#watch = watch;
    this.#runId = runId;
    this.#claims = claims;
    this.#link = link;
  }

  /** Everything up to this state is stored. */
  stored({ shares }: RunState): void {
    this.#stored = new Map(shares.map(({ share, epoch, seq }) => [share, { epoch, seq }]));
  }

  #epochs(state: RunState): ShareEpoch[] {
    return [...this.#shareEpochs(state), ...scriptEpochs(state)];
  }

  #shareEpochs({ shares }: RunState): ShareEpoch[] {
    return shares.map(({ share, epoch }) => {
      const stored = this.#stored.get(share);
      return { share, epoch, ackedSeq: stored?.epoch === epoch ? stored.seq : 0 };
    });
  }

  /** Whether what workers ask for is all known; if not, `publish` is to be tried again. */
  get areWhole(): boolean {
    return this.#areWhole;
  }

  /** Somebody has heard when the load begins without being told by a command of its own. */
  get isStartTold(): boolean {
    return this.#isStartTold;
  }

  /** False when someone else owns the run. */
  async publish(state: RunState, token: number): Promise<boolean> {
    this.#areWhole = (await this.#claims.read()) || (await this.#openClaims(state, token));
    return this.#link.directory.setShares(this.#runId, token, this.#epochs(state));
  }

  /**
   * Not before every worker of the run was heard by a directory that has come back empty: each may
   * have been granted iterations that nobody else knows of.
   */
  async #openClaims(state: RunState, token: number): Promise<boolean> {
    const listed = await this.#watch.listed();
    const waits = state.shares.some((share) => !isShareOver(share) && !listed.has(share.workerId));
    if (!waits) await this.#write(state, token, this.#claims.kept);
    return !waits;
  }

  async command(type: Command["type"], state: RunState, token: number): Promise<void> {
    const command = this.#command(type, state, token);
    // Before it is placed a run has nobody to command.
    if (command !== undefined && state.shares.length > 0) await this.#link.control.send(command);
  }

  #command(type: Command["type"], { startAtMs }: RunState, token: number): Command | undefined {
    const head = { runId: this.#runId, token };
    if (type !== "start") return { type, ...head };
    if (startAtMs === null) return undefined;
    return { type, ...head, startAtUs: Math.round(startAtMs * 1000) };
  }

  #commands(state: RunState, token: number): Command[] {
    if (state.startAtMs !== null) this.#isStartTold = true;
    const types: Command["type"][] = state.stopRequested ? ["start", "stop"] : ["start"];
    if (state.failure !== null) types.push("abort");
    return types.flatMap((type) => this.#command(type, state, token) ?? []);
  }

  /** Tells a directory that has come back empty what it knew. */
  async restore(state: RunState, token: number): Promise<void> {
    await this.#write(state, token);
    const { control } = this.#link;
    for (const command of this.#commands(state, token)) await control.send(command);
  }

  async #write(state: RunState, token: number, claims?: KeptClaims): Promise<void> {
    const workerIds = runWorkers(state);
    const shares = this.#epochs(state);
    const standing = { token, workerIds, shares, ...(claims !== undefined && { claims }) };
    await this.#link.directory.restore(this.#runId, standing);
  }

  /** What a worker gets that asks for its shares directly: with their own epochs, leases. */
  answer(
    { workerId, shares }: LeaseRequest,
    state: RunState,
    token: number,
  ): Pick<BeatReply, "shares" | "commands"> {
    const epochs = new Map(this.#epochs(state).map((epoch) => [epoch.share, epoch]));
    const own = shares.filter(({ runId }) => runId === this.#runId);
    if (own.some(({ share, epoch }) => epochs.get(share)?.epoch === epoch)) {
      this.#watch.leased(workerId);
    }
    return {
      shares: own.map(({ runId, share }) => {
        const known = epochs.get(share);
        return { runId, share, epoch: known?.epoch ?? 0, ackedSeq: known?.ackedSeq ?? 0 };
      }),
      commands: own.length === 0 ? [] : this.#commands(state, token),
    };
  }
}
