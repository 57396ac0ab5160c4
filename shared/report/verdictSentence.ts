import type { RunView } from "../api/runView.ts";

export type Tone = "neutral" | "good" | "warn" | "bad";
export interface Sentence {
  tone: Tone;
  text: string;
}

const states: Partial<Record<RunView["state"], string>> = {
  QUEUED: "Waiting for free workers.",
  PREPARING: "Workers are opening connections and agreeing on a common start.",
  RUNNING: "Sending load; the verdict comes at the end.",
  STOPPING: "The schedule is over; waiting for outstanding answers.",
};

const endings: Partial<Record<RunView["state"], string>> = {
  STOPPED: "Stopped before the end of the schedule. ",
  FAILED: "The run failed. ",
};

/** What a run's state and verdict mean, in a sentence a newcomer understands. */
export function verdictSentence({
  state,
  verdict,
  queuePosition,
}: Pick<RunView, "state" | "verdict" | "queuePosition">): Sentence {
  const active = states[state];
  if (active !== undefined) {
    const place = state === "QUEUED" && queuePosition !== null ? ` Place ${queuePosition}.` : "";
    if (verdict.validity === "VALID") return { tone: "neutral", text: active + place };
    return { tone: "warn", text: `${active} So far ${verdict.validity.toLowerCase()}:` };
  }
  const before = endings[state] ?? "";
  if (verdict.validity === "INVALID") {
    return { tone: "bad", text: `${before}Do not use these numbers:` };
  }
  if (state === "FAILED") return { tone: "bad", text: `${before}See the events below.` };
  if (verdict.validity === "SUSPECT") {
    return { tone: "warn", text: `${before}Read these numbers with care:` };
  }
  const kept = "The generator kept to its schedule, so these numbers describe the target";
  if (verdict.sla === "FAILED")
    return { tone: "bad", text: `${before}${kept}. It missed its SLA.` };
  const sla = verdict.sla === "PASSED" ? " It met its SLA." : "";
  return { tone: "good", text: `${before}${kept}.${sla}` };
}
