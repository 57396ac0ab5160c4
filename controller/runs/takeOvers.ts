import { isShareOver } from "@onrush/shared/run/runMessages.ts";
import { isOfLeaver } from "@onrush/shared/run/takeOver.ts";
import type {
  FencedShare,
  LastCounts,
  RunEffect,
  RunMessage,
  RunState,
  ShareState,
} from "@onrush/shared/run/runMessages.ts";
import { fenceScript, runWorkers, scriptUnderWay } from "@onrush/shared/run/runScripts.ts";
import { type HeldShare, type ListedWorker, LOST_AFTER_MS } from "@onrush/shared/wire/heartbeat.ts";
import { knownUntilUs } from "../planning/knownStarts.ts";
import type { WorkerDirectory, WorkerLabels } from "../platform/ports.ts";
import type { RunPlan } from "../planning/runPlan.ts";
import { heirsOf, plannedUntil, replaced, takersOf } from "../planning/shares.ts";
import type { RunClaims } from "./runClaims.ts";
import type { RunRecord } from "./runRecord.ts";
import type { WorkerWatch } from "./workerWatch.ts";

/** From finding workers to the first arrival that is theirs: they have to hear of it and prepare. */
export const TAKE_OVER_LEAD_MS = 500;

export interface TakeOverOptions {
  runId: string;
  plan: RunPlan;
  directory: Pick<WorkerDirectory, "list" | "fence" | "reserveMore">;
  labels: WorkerLabels;
  claims: Pick<RunClaims, "read" | "claimedBy">;
  watch: Pick<WorkerWatch, "lastSeenOf" | "held" | "canJudge">;
  record: Pick<RunRecord, "accountedOf" | "startsOf">;
}

/** Finds out who is gone for good and who takes over: what the reducer asks for, it is told. */
export class TakeOvers {
  readonly #options: TakeOverOptions;
  readonly #unanswered = new Set<string>();

  constructor(options: TakeOverOptions) {
    this.#options = options;
  }

  /** What an effect that needs other workers, or to know who is gone, comes to. */
  async find(
    effect: RunEffect,
    state: RunState,
    token: number,
    nowMs: number,
  ): Promise<RunMessage[]> {
    switch (effect.type) {
      case "fence":
        return this.fence(token, effect.shares);
      case "handOver":
        return this.handOver(state, effect.shares, nowMs);
      case "reassign":
        return this.reassign(state, effect.shares, nowMs);
      case "fenceScript":
        return this.#fenceScript(token, effect);
      case "moveScript":
        return this.#moveScript(state, effect, nowMs);
      default:
        return [];
    }
  }

  /**
   * Goes on with a run: who owned it before may have fenced anything of it and died before that was
   * stored. Then the worker has ended the share, and is heard: nobody else would ask.
   */
  resume(state: RunState): void {
    const running = scriptUnderWay(state);
    if (running !== undefined) this.#unanswered.add(running.kind);
    for (const share of state.shares) if (!isShareOver(share)) this.#unanswered.add(share.share);
  }

  /**
   * Fences that were asked for without an answer: the workers may be heard by now. Whoever lives by
   * leases of an owner, because there was no directory, must have had time to be heard again.
   */
  unanswered(state: RunState): RunEffect[] {
    if (!this.#options.watch.canJudge) return [];
    const shares = state.shares.filter(
      (share) => this.#unanswered.has(share.share) && !isShareOver(share),
    );
    const running = scriptUnderWay(state);
    const isAsked = running !== undefined && this.#unanswered.has(running.kind);
    return [
      { type: "fence", shares },
      ...(isAsked ? fenceScript(state, [running.script.workerId]) : []),
    ];
  }

  /** Raises epochs of shares of silent workers; nothing when none of them is silent after all. */
  async fence(token: number, shares: readonly ShareState[]): Promise<RunMessage[]> {
    const { runId, directory, plan, watch, record, claims } = this.#options;
    if (shares.length === 0) return [];
    const handedOut = shares.map(({ share, workerId, epoch }) => ({ share, workerId, epoch }));
    // An answer that is lost may tell of epochs that were raised.
    for (const { share } of shares) this.#unanswered.add(share);
    const { shares: paths } = await directory.fence(runId, token, handedOut);
    for (const { share } of shares) this.#unanswered.delete(share);
    const gone = shares.filter(({ share }) => paths.includes(share));
    if (gone.length === 0) return [];
    const fenced: FencedShare[] = [];
    await claims.read();
    for (const state of gone) {
      const { share, workerId, epoch } = state;
      const unreported = Math.max(0, claims.claimedBy(share) - record.accountedOf(share));
      const held = watch.held.get(share);
      // An earlier epoch's counts say nothing of this one.
      const beat = held?.epoch === epoch ? held : undefined;
      const known = knownUntilUs(plan, state, beat, record.startsOf(share));
      fenced.push({
        ...{ share, workerId, epoch, unreported, knownUntilUs: known },
        lastCounts: lastCounts(beat),
        ...watch.lastSeenOf(workerId),
      });
    }
    return [{ type: "fenced", shares: fenced }];
  }

  /** Who takes over what shares leave; empty while there is nobody. */
  async handOver(
    state: RunState,
    shares: readonly ShareState[],
    nowMs: number,
  ): Promise<RunMessage[]> {
    const workers = await this.#takers(state, shares, nowMs);
    if (workers.length === 0 || state.startAtMs === null) return [];
    const { plan } = this.#options;
    const soonestMs = Math.ceil(nowMs + TAKE_OVER_LEAD_MS - state.startAtMs);
    const takers = takersOf(plan, state, shares, workers, soonestMs);
    return shares.map((share) => {
      const cutMs = Math.max(share.handbackMs ?? 0, soonestMs, share.fromMs);
      const { workerIds = workers, weights } = takers.get(share) ?? {};
      const heirs = heirsOf(plan, share, cutMs, workerIds, weights);
      const planned = plannedUntil(plan, share, cutMs);
      return { type: "handedOver", share: share.share, cutMs, planned, heirs };
    });
  }

  /** The same shares on other workers, before the start. */
  async reassign(
    state: RunState,
    shares: readonly ShareState[],
    nowMs: number,
  ): Promise<RunMessage[]> {
    const workers = await this.#takers(state, shares, nowMs);
    if (workers.length === 0) return [];
    const anew = shares.map((share, i) => replaced(share, workers[i % workers.length] as string));
    return [{ type: "reassigned", shares: anew }];
  }

  async #fenceScript(
    token: number,
    { kind, script }: Extract<RunEffect, { type: "fenceScript" }>,
  ): Promise<RunMessage[]> {
    const { runId, directory } = this.#options;
    const { workerId, attempt } = script;
    this.#unanswered.add(kind);
    const handedOut = [{ share: kind, workerId, epoch: attempt }];
    const { shares: fenced } = await directory.fence(runId, token, handedOut);
    this.#unanswered.delete(kind);
    return fenced.length === 0 ? [] : [{ type: "scriptFenced", kind, attempt }];
  }

  /** Somebody else before the worker that it was taken from, which may have come back. */
  async #moveScript(
    state: RunState,
    { kind, script }: Extract<RunEffect, { type: "moveScript" }>,
    nowMs: number,
  ): Promise<RunMessage[]> {
    const takers = await this.#takers(state, [script], nowMs);
    const others = takers.filter((id) => id !== script.workerId);
    const { lives } = await this.#living(nowMs);
    const [workerId] = lives.has(script.workerId) ? [...others, script.workerId] : others;
    if (workerId === undefined) return [];
    return [{ type: "scriptMoved", kind, attempt: script.attempt + 1, workerId }];
  }

  /** Workers that are listed, and those of them that can be given something to do. */
  async #living(nowMs: number): Promise<{ listed: ListedWorker[]; lives: ReadonlySet<string> }> {
    const listed = await this.#options.directory.list();
    const living = listed.filter(
      (w) => nowMs - w.lastSeenMs <= LOST_AFTER_MS && w.state !== "draining",
    );
    return { listed, lives: new Set(living.map(({ workerId }) => workerId)) };
  }

  /**
   * Workers of the run that have nothing to do (reserved before, when the answer was lost or its
   * owner died over it; or their shares ended, and they live); else free ones in the place of those
   * that are gone; else all that the run has. Nobody who is about to end.
   */
  async #takers(
    state: RunState,
    shares: readonly Pick<ShareState, "workerId">[],
    nowMs: number,
  ): Promise<string[]> {
    const { runId, directory, labels } = this.#options;
    const { listed, lives } = await this.#living(nowMs);
    const leaving = state.shares.filter(isOfLeaver);
    // Who could not have one share most likely cannot have another: it would be asked for ever.
    const unable = state.shares.filter(({ loss }) => loss?.refused !== undefined);
    const excluded = new Set([...leaving, ...unable].map((share) => share.workerId));
    const isAble = (workerId: string) => lives.has(workerId) && !excluded.has(workerId);
    const busy = new Set(
      state.shares
        .filter((share) => !isShareOver(share) && share.handbackMs === null)
        .map((share) => share.workerId),
    );
    const idle = listed
      .filter((w) => w.reservedFor === runId && isAble(w.workerId) && !busy.has(w.workerId))
      .map(({ workerId }) => workerId);
    if (idle.length > 0) return idle;
    const wanted = new Set(shares.map((share) => share.workerId)).size;
    const free = await directory.reserveMore(runId, wanted, labels);
    return free.length > 0 ? free : runWorkers(state).filter(isAble);
  }
}

/** Null where a worker of an older version does not tell of its requests. */
function lastCounts(beat: HeldShare | undefined): LastCounts | null {
  if (beat?.ended === undefined || beat.requests === undefined) return null;
  const { started, ended, dropped, requests } = beat;
  return { started, ended, dropped, requests };
}
