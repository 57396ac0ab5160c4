import type { Ledger, Summary, Verdict } from "@onrush/shared/api/runView.ts";
import type { FaultOptions } from "@onrush/shared/metrics/secondFaults.ts";
import { type RunTotals, summarise } from "@onrush/shared/metrics/summary.ts";
import { conservationProblems } from "@onrush/shared/run/conservation.ts";
import { ledgerProblems } from "@onrush/shared/run/ledger.ts";
import { ownerlessGaps } from "@onrush/shared/run/ownerlessGaps.ts";
import type { RunState } from "@onrush/shared/run/runMessages.ts";
import { judgeValidity } from "@onrush/shared/run/validity.ts";
import type { MaybeSent } from "@onrush/shared/metrics/summary.ts";
import type { RunPlan } from "../planning/runPlan.ts";

export interface RunOutcome {
  summary: Summary;
  ledger: Ledger;
  verdict: Verdict;
}

export interface OutcomeInput {
  plan: RunPlan;
  state: RunState;
  totals: RunTotals;
  /** Per workload: arrivals that fell due, from the plan and the shares' positions in it. */
  scheduled: readonly number[];
  maybeSent: MaybeSent;
  /** Virtual users that were lost with their workers. */
  usersLost: number;
  lostWorkers: readonly string[];
  /** Which workers could not take over what they were to, and why. */
  refusals: readonly string[];
  durationSeconds: number;
}

/** Summary, ledger and verdict of an ended run, from its final seconds only. */
export function judgeRun(input: OutcomeInput): RunOutcome {
  const { plan, state, totals, scheduled, maybeSent, durationSeconds } = input;
  const { summary, ledger } = summarise({
    totals,
    names: plan,
    durationSeconds,
    scheduled,
    maybeSent,
  });
  const finals = state.shares.flatMap((share) => (share.totals === null ? [] : [share.totals]));
  const accountingProblems = [
    // A failed run was cut off: what was under way then has no result.
    ...(state.failure === null ? ledgerProblems(ledger) : []),
    ...planProblems(plan, state),
    ...gapProblems(state),
    // What a lost or cut off share reported has no FINAL totals to compare with.
    ...(finals.length === state.shares.length ? conservationProblems(finals, totals.merged()) : []),
  ];
  const judged = judgeValidity({
    ledger,
    accountingProblems,
    seconds: totals.seconds,
    lateSeconds: totals.lateSeconds,
    workerCpu: totals.generator.workerCpu(),
    headRoom: totals.generator.leastHeadRoom(),
    requests: {
      sent: summary.requests.sent,
      generatorFault:
        (summary.errors["generatorPorts"] ?? 0) + (summary.errors["generatorFileDescriptors"] ?? 0),
    },
    isClosed: plan.workloads.every(({ load }) => load.type !== "arrivals"),
    usersLost: input.usersLost,
    lostWorkers: input.lostWorkers,
    refusals: input.refusals,
    gaps: ownerlessGaps(state, durationSeconds * 1000),
    failure: state.failure,
  });
  const badSeconds = totals.generator.badSeconds();
  return { summary: { ...summary, badSeconds }, ledger, verdict: { sla: "NONE", ...judged } };
}

/** A share that ended by itself must have walked through all it was given. */
function planProblems(plan: RunPlan, state: RunState): string[] {
  if (state.stopRequested || state.failure !== null) return [];
  const hasSchedule = (workload: number) => plan.workloads[workload]?.schedule !== null;
  return state.shares.flatMap(({ share, workload, totals, planned, handbackMs, cutMs }) =>
    totals === null ||
    !hasSchedule(workload) ||
    totals.scheduled === planned ||
    (handbackMs !== null && cutMs === null)
      ? []
      : [`share ${share} walked through ${totals.scheduled} of its ${planned} arrivals`],
  );
}

function gapProblems({ shares }: RunState): string[] {
  return shares.flatMap(({ share, gaps }) =>
    gaps === 0 ? [] : [`${gaps} snapshots of share ${share} never came`],
  );
}

/** How the seconds of a run are judged. */
export function faultOptions({ scenario }: RunPlan): FaultOptions {
  return { precisePacing: scenario.pacing === "precise" };
}
