import type { RunState } from "@onrush/shared/run/runMessages.ts";
import { workloadOf } from "@onrush/shared/wire/claims.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import type { BeatReply } from "@onrush/shared/wire/heartbeat.ts";
import type { LeaseRequest } from "@onrush/shared/wire/leaseRenewal.ts";
import type { ShareEpoch, WorkerLink } from "../platform/ports.ts";
import type { RunPlan } from "../planning/runPlan.ts";

/** What workers are told of a run: how its shares stand, and its commands. */
export class RunStandings {
  readonly #runId: string;
  readonly #plan: RunPlan;
  readonly #link: WorkerLink;
  /** Share to the last snapshot that is merged and stored. */
  #stored = new Map<string, { epoch: number; seq: number }>();
  /** Share to how many iterations it has claimed, as last read. */
  #claimed: Readonly<Record<string, number>> = {};

  constructor(runId: string, plan: RunPlan, link: WorkerLink) {
    this.#runId = runId;
    this.#plan = plan;
    this.#link = link;
  }

  /** Everything up to this state is stored. */
  stored({ shares }: RunState): void {
    this.#stored = new Map(shares.map(({ share, epoch, seq }) => [share, { epoch, seq }]));
  }

  #epochs({ shares }: RunState): ShareEpoch[] {
    return shares.map(({ share, epoch }) => {
      const stored = this.#stored.get(share);
      return { share, epoch, ackedSeq: stored?.epoch === epoch ? stored.seq : 0 };
    });
  }

  /** False when someone else owns the run. */
  async publish(state: RunState, token: number): Promise<boolean> {
    const { directory } = this.#link;
    if (this.#claims) this.#claimed = await directory.claimed(this.#runId);
    return directory.setShares(this.#runId, token, this.#epochs(state));
  }

  async command(type: Command["type"], state: RunState, token: number): Promise<void> {
    const command = this.#command(type, state, token);
    if (command !== undefined) await this.#link.control.send(command);
  }

  #command(type: Command["type"], { startAtMs }: RunState, token: number): Command | undefined {
    const head = { runId: this.#runId, token };
    if (type !== "start") return { type, ...head };
    if (startAtMs === null) return undefined;
    return { type, ...head, startAtUs: Math.round(startAtMs * 1000) };
  }

  #commands(state: RunState, token: number): Command[] {
    const types: Command["type"][] = state.stopRequested ? ["start", "stop"] : ["start"];
    return types.flatMap((type) => this.#command(type, state, token) ?? []);
  }

  /** Tells a directory that has come back empty what it knew. */
  async restore(state: RunState, token: number): Promise<void> {
    const workerIds = [...new Set(state.shares.map(({ workerId }) => workerId))];
    const claims: Record<number, number> = {};
    for (const [share, count] of Object.entries(this.#claimed)) {
      const workload = workloadOf(share);
      claims[workload] = (claims[workload] ?? 0) + count;
    }
    const { directory, control } = this.#link;
    await directory.restore(this.#runId, {
      ...{ token, workerIds, shares: this.#epochs(state), claims },
    });
    for (const command of this.#commands(state, token)) await control.send(command);
  }

  /** What a worker gets that asks for its shares directly. */
  answer(
    { shares }: LeaseRequest,
    state: RunState,
    token: number,
  ): Pick<BeatReply, "shares" | "commands"> {
    const epochs = new Map(this.#epochs(state).map((epoch) => [epoch.share, epoch]));
    const own = shares.filter(({ runId }) => runId === this.#runId);
    return {
      shares: own.map(({ runId, share }) => {
        const known = epochs.get(share);
        return { runId, share, epoch: known?.epoch ?? 0, ackedSeq: known?.ackedSeq ?? 0 };
      }),
      commands: own.length === 0 ? [] : this.#commands(state, token),
    };
  }

  get #claims(): boolean {
    return this.#plan.workloads.some(({ load }) => load.type === "iterations");
  }

  /** Iterations of each workload that nobody has claimed. */
  async unclaimed(): Promise<[workload: number, count: number][]> {
    if (!this.#claims) return [];
    const claims = Object.entries(await this.#link.directory.claimed(this.#runId));
    return this.#plan.workloads.flatMap(({ load }, w) => {
      if (load.type !== "iterations") return [];
      const own = claims.filter(([share]) => workloadOf(share) === w);
      const claimed = own.reduce((sum, [, count]) => sum + count, 0);
      return [[w, load.iterations - claimed] as [number, number]];
    });
  }
}
