import type {
  Ledger,
  RunView,
  ScriptView,
  ShareView,
  Summary,
  Verdict,
} from "@onrush/shared/api/runView.ts";
import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import { slaVerdict } from "@onrush/shared/sla/slaEvaluation.ts";
import { refusedReportsOf } from "@onrush/shared/run/refusedReports.ts";
import { scriptsOf } from "@onrush/shared/run/runScripts.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import type { ScriptKind } from "@onrush/shared/wire/script.ts";
import type { RunState, ShareState } from "@onrush/shared/run/runMessages.ts";
import { emptyLedger, sumCounts } from "@onrush/shared/run/ledger.ts";
import type { HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import type { RunPlan } from "../planning/runPlan.ts";

export const undecided: Verdict = { sla: "NONE", validity: "VALID", reasons: [] };

/** A run as it is when it has just been asked for. */
export function newRunView(
  id: string,
  scenario: StoredScenario,
  ownerId: string,
  plan: RunPlan,
  createdAt: string,
): RunView {
  return {
    id,
    scenarioId: scenario.id,
    scenarioName: scenario.name,
    ownerId,
    state: "QUEUED",
    createdAt,
    startedAt: null,
    endedAt: null,
    queuePosition: null,
    plannedSeconds: plan.durationMs / 1000,
    numWorkers: scenario.numWorkers,
    summary: null,
    ledger: emptyLedger(),
    verdict: undecided,
    sla: [],
    ...{ setup: null, teardown: null },
    refusedReports: 0,
    shares: [],
    events: [],
  };
}

export interface LiveParts {
  state: RunState;
  plan: RunPlan;
  summary: Summary;
  ledger: Ledger;
  sla: readonly SlaResult[];
  /** Cumulative counts by share from the latest heartbeats. */
  held: ReadonlyMap<string, HeldShare>;
}

function shareView(share: ShareState, plan: RunPlan, held: HeldShare | undefined): ShareView {
  const { totals } = share;
  return {
    share: share.share,
    workload: plan.workloads[share.workload]?.name ?? "",
    workerId: share.workerId,
    epoch: share.epoch,
    state: share.phase,
    planned: share.planned,
    started: totals?.started ?? held?.started ?? 0,
    dropped: totals === null ? (held?.dropped ?? 0) : sumCounts(totals.dropped),
    watermark: share.watermark,
    sent: totals?.requests.sent ?? 0,
    clockOffsetUs: share.clockOffsetUs,
    clockErrorUs: share.clockErrorUs,
    startSkewMs: share.startLateUs === null ? null : share.startLateUs / 1000,
  };
}

function scriptView(state: RunState, kind: ScriptKind): ScriptView | null {
  const script = scriptsOf(state).states[kind];
  if (script === undefined) return null;
  const { result } = script;
  if (result === null) {
    const isOver = hasEnded(state.phase);
    return { state: isOver ? "interrupted" : "running", reason: "", requests: 0, steps: [] };
  }
  const { ok, reason, requests, steps } = result;
  return { state: ok ? "ok" : "failed", reason, requests, steps: [...steps] };
}

/** The view of a run while it is active. */
export function liveView(base: RunView, parts: LiveParts): RunView {
  const { state, plan, summary, ledger, sla, held } = parts;
  return {
    ...base,
    state: state.phase,
    numWorkers: new Set(state.shares.map((share) => share.workerId)).size || base.numWorkers,
    summary: state.startAtMs === null ? null : summary,
    ledger,
    sla: [...sla],
    ...{ setup: scriptView(state, "setup"), teardown: scriptView(state, "teardown") },
    refusedReports: refusedReportsOf(state),
    // Until the end, a line that holds may still be broken.
    verdict: slaVerdict(sla) === "FAILED" ? { ...base.verdict, sla: "FAILED" } : base.verdict,
    shares: state.shares.map((share) => shareView(share, plan, held.get(share.share))),
  };
}
