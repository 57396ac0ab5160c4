import type { ScriptKind, ScriptResult } from "../wire/script.ts";

/** What one iteration that is only tried tells of itself, in the order in which it happens. */

export interface TrialBody {
  /** Of the whole of it. */
  bytes: number;
  /** As much of it as is shown. */
  text: string;
  /** False where it is not UTF-8: what is no text has a replacement character instead. */
  isText: boolean;
  isCut: boolean;
}

type Headers = [name: string, value: string][];

/** One request over the wire, and its answer. Times are milliseconds; null for what was not. */
export interface TrialHop {
  method: string;
  url: string;
  /** Null when it was not sent. */
  sent: { headers: Headers; body: TrialBody } | null;
  /** Null when there was none, or not a whole one. */
  answer: { status: number; headers: Headers; body: TrialBody } | null;
  /** Why not; empty when there was one. */
  error: string;
  connectMs: number | null;
  waitingMs: number | null;
  totalMs: number | null;
}

export interface TrialCheck {
  name: string;
  passed: boolean;
  /** What the answer had there; null for nothing, or without an answer. */
  found: string | null;
}

export type TrialOutcome = "ok" | "failed" | "neutral" | "interrupted";

export interface TrialStep {
  type: "step";
  name: string;
  outcome: TrialOutcome;
  /** The name of the outcome, where it has one. */
  namedOutcome: string | null;
  /** 0 when there was no answer. */
  status: number;
  error: string;
  /** One, and one more for every redirect that was followed. */
  hops: TrialHop[];
  checks: TrialCheck[];
  /** By name; null for what was not there. */
  extracted: Record<string, string | null>;
}

export type TrialEvent =
  | TrialStep
  | { type: "pause"; seconds: number; waited: boolean }
  | { type: "group"; name: string; at: "begin" | "end"; failed: boolean }
  /** Drawn by the seed; counted from 1. */
  | { type: "branch"; branch: number; of: number; percent: number }
  /** The round that begins, counted from 1. */
  | { type: "repeat"; round: number; of: number }
  | { type: "ended"; outcome: TrialOutcome };

/** What an iteration leaves to those that are tried after it. */
export interface TrialEnd {
  /** Of setup and teardown, as a run would have it; null of a workload. */
  result: ScriptResult | null;
  /** What is a secret wherever it turns up again. Nobody is shown it. */
  secretValues: string[];
}

/** What the process that tries tells the one that has asked; the last of it is "over". */
export type FromTrial =
  TrialEvent | ({ type: "over" } & TrialEnd) | { type: "refused"; reason: string };

/** One workload that was tried, or what is done once per run. */
export interface Trial {
  /** Of setup and teardown the name is that of its kind. */
  workload: string;
  script: ScriptKind | null;
  ok: boolean;
  /** Why it is not ok. */
  reasons: string[];
  events: TrialEvent[];
}

function stepReasons({ name, checks, outcome, status, error }: TrialStep): string[] {
  const failed = checks
    .filter(({ passed }) => !passed)
    .map((check) => `${name}: ${check.name} (found ${check.found ?? "nothing"})`);
  // Without an answer there was nothing to check.
  if (outcome === "failed" && status === 0) return [`${name}: ${error}`];
  if (outcome === "interrupted") return [...failed, `${name}: interrupted`];
  if (outcome !== "failed") return failed;
  if (error === "check" && failed.length > 0) return failed;
  return [...failed, `${name}: ${error === "" ? `status ${status}` : error}`];
}

/**
 * An iteration is ok when it ended so and every check held, those too that fail no request. Setup
 * and teardown can fail by what they extract, too.
 */
export function judgeTrial(
  { workload, script }: Pick<Trial, "workload" | "script">,
  events: readonly TrialEvent[],
  result: ScriptResult | null = null,
): Trial {
  const reasons = events.flatMap((event) => (event.type === "step" ? stepReasons(event) : []));
  const ended = events.find((event) => event.type === "ended");
  if (ended === undefined) reasons.push("the iteration did not end");
  else if (reasons.length === 0 && result?.ok === false) reasons.push(result.reason);
  else if (reasons.length === 0 && (ended.outcome === "failed" || ended.outcome === "interrupted"))
    reasons.push(`the iteration was ${ended.outcome}`);
  return { workload, script, ok: reasons.length === 0, reasons, events: [...events] };
}
