import type { RunView } from "@onrush/shared/api/runView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";

type Judged = Pick<RunView, "state" | "verdict" | "sla">;

export interface VerdictText {
  text: string;
  color: "teal" | "yellow" | "red" | "gray";
}

const validityColor = { VALID: "teal", SUSPECT: "yellow", INVALID: "red" } as const;

/** Whether the numbers can be used; what is in order so far is not judged before the end. */
export function validityText({ state, verdict }: Judged): VerdictText {
  const { validity } = verdict;
  if (validity === "VALID" && !hasEnded(state)) return { text: "not judged yet", color: "gray" };
  return { text: validity, color: validityColor[validity] };
}

/** What became of the SLA: the verdict or, before there is one, how its lines are. */
export function slaText({ state, verdict, sla }: Judged): VerdictText {
  if (verdict.sla === "FAILED") return { text: "SLA failed", color: "red" };
  if (verdict.sla === "PASSED") return { text: "SLA passed", color: "teal" };
  if (sla.length === 0) return { text: "no SLA", color: "gray" };
  if (hasEnded(state)) return { text: "SLA not judged", color: "gray" };
  if (sla.some(({ status }) => status === "FAILED")) return { text: "SLA broken", color: "red" };
  const holds = sla.some(({ status }) => status === "PASSED");
  return holds
    ? { text: "SLA holds so far", color: "teal" }
    : { text: "SLA not judged yet", color: "gray" };
}

export interface Concern extends VerdictText {
  kind: "validity" | "sla";
}

/** What speaks against a run although its state may look well. */
export function concerns(run: Judged): Concern[] {
  const validity: Concern[] =
    run.verdict.validity === "VALID" ? [] : [{ kind: "validity", ...validityText(run) }];
  const sla = slaText(run);
  return sla.color === "red" ? [...validity, { kind: "sla", ...sla }] : validity;
}
