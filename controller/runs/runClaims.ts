import { workloadOf } from "@onrush/shared/wire/claims.ts";
import type { HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import type { KeptClaims, WorkerDirectory } from "../platform/ports.ts";
import type { RunState } from "@onrush/shared/run/runMessages.ts";
import type { RunPlan } from "../planning/runPlan.ts";
import type { RunRecord } from "./runRecord.ts";

/** Which iterations of a run are claimed, also when the directory has forgotten what it knew. */
export class RunClaims {
  readonly #runId: string;
  readonly #plan: RunPlan;
  readonly #directory: Pick<WorkerDirectory, "claims">;
  /** Shares as their workers last told of them. */
  readonly #held: ReadonlyMap<string, HeldShare>;
  /** What the directory said when it last knew. */
  #last: KeptClaims = { claimed: {}, next: {}, answered: {} };

  constructor(
    runId: string,
    plan: RunPlan,
    directory: Pick<WorkerDirectory, "claims">,
    held: ReadonlyMap<string, HeldShare>,
  ) {
    this.#runId = runId;
    this.#plan = plan;
    this.#directory = directory;
    this.#held = held;
  }

  /** False when no workload hands out iterations by claims: then there is nothing to read. */
  get areUsed(): boolean {
    return this.#plan.workloads.some(({ load }) => load.type === "iterations");
  }

  /** Reads anew; false when the directory knows nothing or has forgotten: `kept` is to go there. */
  async read(): Promise<boolean> {
    if (!this.areUsed) return true;
    const now = await this.#directory.claims(this.#runId);
    if (now !== undefined) this.#last = now;
    return now !== undefined;
  }

  /**
   * As last read, and what only the workers know of: a directory that has forgotten may have granted
   * more after it was last read.
   */
  get kept(): KeptClaims {
    const claimed = { ...this.#last.claimed };
    const next: Record<number, number> = { ...this.#last.next };
    for (const [share, held] of this.#held) {
      if (held.claimedTo === undefined) continue;
      const workload = workloadOf(share);
      claimed[share] = Math.max(claimed[share] ?? 0, held.claimed ?? 0);
      next[workload] = Math.max(next[workload] ?? 0, held.claimedTo);
    }
    return { claimed, next, answered: this.#last.answered };
  }

  claimedBy(share: string): number {
    return this.kept.claimed[share] ?? 0;
  }

  /**
   * Iterations of each workload that nobody does: nobody has claimed them, or a worker that left
   * before the start had. Of what lost shares have claimed their loss tells.
   */
  undone(
    { shares }: Pick<RunState, "shares">,
    record: Pick<RunRecord, "accountedOf">,
  ): [workload: number, count: number][] {
    const ended = new Set(shares.filter((s) => s.phase === "final").map(({ share }) => share));
    const claims = Object.entries(this.kept.claimed).map(([share, count]) => {
      return [
        share,
        ended.has(share) ? Math.min(count, record.accountedOf(share)) : count,
      ] as const;
    });
    return this.#plan.workloads.flatMap(({ load }, w) => {
      if (load.type !== "iterations") return [];
      const own = claims.filter(([share]) => workloadOf(share) === w);
      const claimed = own.reduce((total, [, count]) => total + count, 0);
      return [[w, Math.max(0, load.iterations - claimed)] as [number, number]];
    });
  }
}
