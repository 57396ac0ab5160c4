import type { ShareStanding } from "@onrush/shared/wire/heartbeat.ts";
import type { HandedOut, ShareEpoch } from "../ports.ts";

interface RunShares {
  /** The highest of the run's owners. */
  token: number;
  shares: Map<string, ShareEpoch>;
}

/** Released runs that are known as such: as many as can matter to a worker that still holds shares. */
const TOMBSTONES = 1_000;

/** How the shares of runs stand: the same rules as the scripts in `redis/standingScripts.ts`. */
export class LocalStandings {
  readonly #runs = new Map<string, RunShares>();
  /** Run to the token that released it, oldest first. */
  readonly #released = new Map<string, number>();

  /** Undefined when an owner with a higher token has written, or this one has released the run. */
  admit(runId: string, token: number): RunShares | undefined {
    const known = this.#runs.get(runId);
    if (known === undefined) {
      if (token <= (this.#released.get(runId) ?? 0)) return undefined;
      this.#released.delete(runId);
    } else if (token < known.token) return undefined;
    const run = { token, shares: known?.shares ?? new Map<string, ShareEpoch>() };
    this.#runs.set(runId, run);
    return run;
  }

  /** False when the token is not admitted. */
  set(runId: string, token: number, changed: readonly ShareEpoch[]): boolean {
    const run = this.admit(runId, token);
    for (const share of changed) if (run !== undefined) record(run.shares, share);
    return run !== undefined;
  }

  /** Paths of the shares whose epoch was raised. */
  fence(
    runId: string,
    token: number,
    handedOut: readonly HandedOut[],
    isSilent: (workerId: string) => boolean,
  ): string[] {
    const run = this.admit(runId, token);
    if (run === undefined) return [];
    const fenced = handedOut.filter(({ share, workerId, epoch }) => {
      const current = run.shares.get(share)?.epoch ?? epoch;
      // One that was fenced already is answered again: the first answer may have been lost.
      if (current === epoch + 1) return true;
      if (current !== epoch || !isSilent(workerId)) return false;
      run.shares.set(share, { share, epoch: epoch + 1, ackedSeq: 0 });
      return true;
    });
    return fenced.map(({ share }) => share);
  }

  of(runId: string, share: string): Pick<ShareStanding, "epoch" | "ackedSeq"> {
    const known = this.#runs.get(runId)?.shares.get(share);
    if (known !== undefined) return { epoch: known.epoch, ackedSeq: known.ackedSeq };
    return { epoch: this.#released.has(runId) ? 0 : null, ackedSeq: 0 };
  }

  release(runId: string): void {
    const token = this.#runs.get(runId)?.token ?? this.#released.get(runId) ?? 0;
    this.#runs.delete(runId);
    // Anew at the end of the order.
    this.#released.delete(runId);
    this.#released.set(runId, token);
    const [oldest] = this.#released.keys();
    if (this.#released.size > TOMBSTONES && oldest !== undefined) this.#released.delete(oldest);
  }
}

function record(shares: Map<string, ShareEpoch>, { share, epoch, ackedSeq }: ShareEpoch): void {
  const known = shares.get(share);
  if (known !== undefined) {
    if (epoch < known.epoch || (epoch === known.epoch && ackedSeq < known.ackedSeq)) return;
  }
  shares.set(share, { share, epoch, ackedSeq });
}
