import type { RunEffect, RunMessage, RunSettings, RunState, ShareState } from "./runMessages.ts";
import { initialRunState, reduceRun } from "./runReducer.ts";

export const settings: RunSettings = {
  ...{ durationMs: 3_000, minDurationMs: 3_000, gracefulStopMs: 2_000, lostWorkers: "degrade" },
  ...{ barrierMs: 30_000, startLeadMs: 150 },
};

/** Share `k` of workload 0, as it is placed on a worker. */
export function placedShare(k: number, workerId: string): ShareState {
  return {
    ...{ share: `0/${k}`, workload: 0, workerId, epoch: 1, phase: "assigned", planned: 10 },
    ...{ seq: 0, watermark: -1, clockOffsetUs: null, clockErrorUs: null, totals: null },
    ...{ ownership: [], fromMs: 0, firstRound: 0, handbackMs: null, cutMs: null, loss: null },
    ...{ gaps: 0, startLateUs: null },
  };
}

/** Heir `k` of a share, on a worker. */
export function heirOf(path: string, k: number, workerId: string, fromMs: number): ShareState {
  const watermark = Math.floor(fromMs / 1000) - 1;
  return { ...placedShare(k, workerId), share: `${path}/${k}`, fromMs, watermark };
}

const outcomes = { ok: 1, failed: 0, neutral: 0, interrupted: 0 };
export const someTotals = {
  ...{ scheduled: 10, started: 10, dropped: {}, endedMs: 3_000 },
  ...{ iterations: outcomes, requests: { sent: 1, ...outcomes } },
};

/** A run that is told messages one after the other. */
export class RunUnderTest {
  state: RunState;
  nowMs = 1_000_000;

  constructor(change: Partial<RunSettings> = {}) {
    this.state = initialRunState({ ...settings, ...change });
  }

  /** The effects of a message, without events. */
  tell(message: RunMessage): RunEffect[] {
    const { state, effects } = reduceRun(this.state, message, this.nowMs);
    this.state = state;
    return effects.filter((effect) => effect.type !== "event");
  }

  place(...workerIds: string[]): RunEffect[] {
    return this.tell({ type: "placed", shares: workerIds.map((id, k) => placedShare(k, id)) });
  }

  ready(k: number, workerId: string): RunEffect[] {
    const ref = { workerId, share: `0/${k}`, epoch: 1 };
    return this.tell({ type: "ready", ...ref, clockOffsetUs: 1, clockErrorUs: 2 });
  }

  /** Placed, ready and started on workers w0, w1, …; the clock stands at the start. */
  start(workers: number): void {
    const ids = Array.from({ length: workers }, (_, k) => `w${k}`);
    this.place(...ids);
    ids.forEach((id, k) => this.ready(k, id));
    this.nowMs = this.state.startAtMs ?? this.nowMs;
  }

  /** Snapshot `seq` of share k on worker `wk`: everything up to second `watermark`. */
  snapshot(k: number, seq: number, watermark: number, end: "final" | "more" = "more"): RunEffect[] {
    return this.tell({
      ...{ type: "snapshot", workerId: `w${k}`, share: `0/${k}`, epoch: 1 },
      ...{ seq, watermark, lastSecond: watermark, oldest: 1, startLateUs: null },
      totals: end === "final" ? someTotals : null,
    });
  }

  /** Workers fall silent and are fenced, as the directory does it; the effects without the fence. */
  lose(...workerIds: string[]): RunEffect[] {
    const effects = this.tell({ type: "workersLost", workerIds });
    return effects.flatMap((effect) =>
      effect.type === "fence" ? this.fence(effect.shares) : [effect],
    );
  }

  fence(shares: readonly ShareState[]): RunEffect[] {
    const refs = shares.map((share) => ({ ...share, lastBeatMs: this.nowMs, unreported: 0 }));
    return this.tell({ type: "fenced", shares: refs });
  }

  /** Workers take over what share `path` leaves from `cutMs` on. */
  handOver(path: string, cutMs: number, ...workerIds: string[]): RunEffect[] {
    const heirs = workerIds.map((id, k) => heirOf(path, k, id, cutMs));
    return this.tell({ type: "handedOver", share: path, cutMs, planned: 5, heirs });
  }

  tickAfter(ms: number): RunEffect[] {
    this.nowMs += ms;
    return this.tell({ type: "tick" });
  }
}

/** Seconds closed by these effects, with a `p` behind partial ones. */
export const closes = (effects: readonly RunEffect[]): string[] =>
  effects.flatMap((e) => (e.type === "close" ? [`${e.second}${e.partial ? "p" : ""}`] : []));

export const kinds = (effects: readonly RunEffect[]): string[] => effects.map((e) => e.type);
