import { type Claim, type Grant, workloadOf } from "@onrush/shared/wire/claims.ts";
import { grantSize } from "@onrush/shared/wire/grantSize.ts";

interface RunClaims {
  /** Workload to the first iteration nobody has claimed. */
  next: Map<number, number>;
  /** Share to how many it has claimed. */
  claimed: Map<string, number>;
  /** Share, epoch and thread to its last request, to answer it again. */
  last: Map<string, { request: number; grant: Grant }>;
}

const NOTHING: Grant = { first: 0, count: 0 };

/** Who has claimed which iterations: the same rules as the script in `worker/agent/redis/`. */
export class LocalClaims {
  readonly #runs = new Map<string, RunClaims>();

  /** `isCurrent` is false when the share is no longer its worker's. */
  claim(claim: Claim, isCurrent: boolean): Grant {
    if (!isCurrent) return NOTHING;
    const { runId, share, epoch, thread, request, want, limit, parts } = claim;
    const run = this.#of(runId);
    const caller = `${share} ${epoch} ${thread}`;
    const known = run.last.get(caller);
    if (known?.request === request) return known.grant;
    const workload = workloadOf(share);
    const first = run.next.get(workload) ?? 0;
    const grant = { first, count: grantSize(limit - first, want, parts) };
    run.next.set(workload, first + grant.count);
    run.claimed.set(share, (run.claimed.get(share) ?? 0) + grant.count);
    run.last.set(caller, { request, grant });
    return grant;
  }

  /** Iterations of the workload below `next` are nobody's to claim any more. */
  raise(runId: string, workload: number, next: number): void {
    const run = this.#of(runId);
    run.next.set(workload, Math.max(next, run.next.get(workload) ?? 0));
  }

  claimed(runId: string): Record<string, number> {
    return Object.fromEntries(this.#runs.get(runId)?.claimed ?? []);
  }

  release(runId: string): void {
    this.#runs.delete(runId);
  }

  #of(runId: string): RunClaims {
    const run = this.#runs.get(runId) ?? { next: new Map(), claimed: new Map(), last: new Map() };
    this.#runs.set(runId, run);
    return run;
  }
}
