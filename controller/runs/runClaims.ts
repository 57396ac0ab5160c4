import { workloadOf } from "@onrush/shared/wire/claims.ts";
import type { HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import type { WorkerDirectory } from "../platform/ports.ts";
import type { RunPlan } from "../planning/runPlan.ts";

type Counts = Readonly<Record<string, number>>;

/** Which iterations of a run are claimed, also when the directory has forgotten what it knew. */
export class RunClaims {
  readonly #runId: string;
  readonly #plan: RunPlan;
  readonly #directory: Pick<WorkerDirectory, "claimed">;
  /** Shares as their workers last told of them. */
  readonly #held: ReadonlyMap<string, HeldShare>;
  /** What was claimed before the directory forgot. */
  #before: Counts = {};
  /** What it said when it was last asked. */
  #last: Counts = {};

  constructor(
    runId: string,
    plan: RunPlan,
    directory: Pick<WorkerDirectory, "claimed">,
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

  /** Reads anew; true when the directory has forgotten, and `next` is to be restored there. */
  async read(): Promise<boolean> {
    if (!this.areUsed) return false;
    const now = await this.#directory.claimed(this.#runId);
    const forgot = Object.entries(this.#last).some(([share, count]) => (now[share] ?? 0) < count);
    if (forgot) this.#before = sum(this.#before, this.#last);
    this.#last = now;
    return forgot;
  }

  /** Share to how many iterations it has claimed, as last read. */
  get counts(): Counts {
    return sum(this.#before, this.#last);
  }

  /** Workload to the first iteration that nobody has: also of those that only a worker knows of. */
  next(): Record<number, number> {
    const next: Record<number, number> = {};
    for (const [share, count] of Object.entries(this.counts)) {
      const workload = workloadOf(share);
      next[workload] = (next[workload] ?? 0) + count;
    }
    for (const [share, { claimedTo = 0 }] of this.#held) {
      const workload = workloadOf(share);
      if (claimedTo > 0) next[workload] = Math.max(next[workload] ?? 0, claimedTo);
    }
    return next;
  }

  /** Iterations of each workload that nobody has claimed. */
  unclaimed(): [workload: number, count: number][] {
    const claims = Object.entries(this.counts);
    return this.#plan.workloads.flatMap(({ load }, w) => {
      if (load.type !== "iterations") return [];
      const own = claims.filter(([share]) => workloadOf(share) === w);
      const claimed = own.reduce((total, [, count]) => total + count, 0);
      return [[w, Math.max(0, load.iterations - claimed)] as [number, number]];
    });
  }
}

function sum(a: Counts, b: Counts): Counts {
  const both = { ...a };
  for (const [share, count] of Object.entries(b)) both[share] = (both[share] ?? 0) + count;
  return both;
}
