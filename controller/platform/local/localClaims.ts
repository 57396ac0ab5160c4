import { type Claim, type Grant, workloadOf } from "@onrush/shared/wire/claims.ts";
import { grantSize } from "@onrush/shared/wire/grantSize.ts";
import type { KeptClaims } from "../ports.ts";

interface RunClaims {
  /** Workload to the first iteration nobody has claimed. */
  next: Map<number, number>;
  /** Share to how many it has claimed. */
  claimed: Map<string, number>;
  /** `SHARE:EPOCH:THREAD` to its last request, to answer it again. */
  last: Map<string, { request: number; grant: Grant }>;
}

const NOTHING: Grant = { first: 0, count: 0 };

/** Who has claimed which iterations: the same rules as the script in `worker/agent/redis/`. */
export class LocalClaims {
  readonly #runs = new Map<string, RunClaims>();

  /**
   * `isCurrent` is false when the share is no longer its worker's.
   * @throws {Error} while the run's claims are not open
   */
  claim(claim: Claim, isCurrent: boolean): Grant {
    if (!isCurrent) return NOTHING;
    const { runId, share, epoch, thread, request, want, limit, parts } = claim;
    const run = this.#runs.get(runId);
    if (run === undefined) throw new Error(`claims of share ${share} are not known, claim again`);
    const caller = `${share}:${epoch}:${thread}`;
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

  /** Opens the run's claims; of what is known twice, the higher number stays. */
  restore(runId: string, { claimed, next, answered }: KeptClaims): void {
    const run = this.#runs.get(runId) ?? { next: new Map(), claimed: new Map(), last: new Map() };
    this.#runs.set(runId, run);
    for (const [share, count] of Object.entries(claimed)) raise(run.claimed, share, count);
    for (const [workload, first] of Object.entries(next)) raise(run.next, Number(workload), first);
    for (const [caller, answer] of Object.entries(answered)) {
      const [request = 0, first = 0, count = 0] = answer.split(" ").map(Number);
      if (request > (run.last.get(caller)?.request ?? 0)) {
        run.last.set(caller, { request, grant: { first, count } });
      }
    }
  }

  /** Undefined while they are not open. */
  kept(runId: string): KeptClaims | undefined {
    const run = this.#runs.get(runId);
    if (run === undefined) return undefined;
    return {
      claimed: Object.fromEntries(run.claimed),
      next: Object.fromEntries(run.next),
      answered: Object.fromEntries(
        [...run.last].map(([caller, { request, grant }]) => [
          caller,
          `${request} ${grant.first} ${grant.count}`,
        ]),
      ),
    };
  }

  release(runId: string): void {
    this.#runs.delete(runId);
  }
}

function raise<Key>(numbers: Map<Key, number>, key: Key, to: number): void {
  numbers.set(key, Math.max(to, numbers.get(key) ?? 0));
}
