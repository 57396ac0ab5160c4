import type {
  Trial,
  TrialBody,
  TrialEvent,
  TrialHop,
  TrialStep,
} from "@onrush/shared/trial/trialEvents.ts";
import { count, ms } from "./formatNumbers.ts";

/** What an answer says must be shown, never obeyed: terminals take control characters as orders. */
const visible = (text: string) =>
  text.replaceAll(/(?!\n|\t)\p{Cc}/gu, (char) =>
    char === "\r" ? "" : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );

const MAX_FOUND_CHARS = 200;
const short = (text: string) =>
  text.length > MAX_FOUND_CHARS ? `${text.slice(0, MAX_FOUND_CHARS)}…` : text;
const quoted = (text: string | null) => (text === null ? "nothing" : JSON.stringify(short(text)));

const indented = (lines: readonly string[], by: string) => lines.map((line) => `${by}${line}`);

function bodyLines(body: TrialBody): string[] {
  if (body.bytes === 0) return [];
  const notes = [
    `${count(body.bytes)} B`,
    ...(body.isText ? [] : ["not all of it text"]),
    ...(body.isCut ? ["the beginning is shown"] : []),
  ];
  return [`(body: ${notes.join(", ")})`, ...visible(body.text).split("\n")];
}

type Message = { headers: readonly (readonly [string, string])[]; body: TrialBody };

const messageLines = ({ headers, body }: Message) => [
  ...headers.map(([name, value]) => visible(`${name}: ${value}`)),
  ...bodyLines(body),
];

function timings({ connectMs, waitingMs, totalMs }: TrialHop): string {
  const parts = [
    ...(connectMs === null ? [] : [`connect ${ms(connectMs)}`]),
    ...(waitingMs === null ? [] : [`waiting ${ms(waitingMs)}`]),
    ...(totalMs === null ? [] : [`total ${ms(totalMs)}`]),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function hopLines(hop: TrialHop, isRedirect: boolean): string[] {
  const { method, url, sent, answer, error } = hop;
  const answered =
    answer === null
      ? [`< no answer: ${error === "" ? "none" : error}${timings(hop)}`]
      : [`< ${answer.status}${timings(hop)}`, ...indented(messageLines(answer), "< ")];
  return [
    `> ${method} ${visible(url)}${isRedirect ? " (redirect)" : ""}${sent === null ? " (not sent)" : ""}`,
    ...indented(sent === null ? [] : messageLines(sent), "> "),
    ...answered,
  ];
}

function stepLines(step: TrialStep): string[] {
  const { name, outcome, namedOutcome, error } = step;
  const named = namedOutcome === null ? "" : ` "${namedOutcome}"`;
  const checks = step.checks.map(
    ({ name, passed, found }) =>
      `${passed ? "passed" : "FAILED"}  ${name}  found ${visible(quoted(found))}`,
  );
  const extracted = Object.entries(step.extracted).map(
    ([name, value]) => `${name} = ${visible(quoted(value))}`,
  );
  return [
    `step ${name}: ${outcome}${named}${error === "" ? "" : ` (${error})`}`,
    ...indented(
      step.hops.flatMap((hop, i) => hopLines(hop, i > 0)),
      "  ",
    ),
    ...indented(checks, "  check "),
    ...indented(extracted, "  variable "),
  ];
}

function eventLines(event: TrialEvent): string[] {
  switch (event.type) {
    case "step":
      return stepLines(event);
    case "pause":
      return [`pause of ${ms(event.seconds * 1_000)}${event.waited ? "" : ", not waited for"}`];
    case "group": {
      const how = event.at === "begin" ? "begins" : event.failed ? "ends, failed" : "ends";
      return [`group ${event.name} ${how}`];
    }
    case "branch":
      return [`choose: branch ${event.branch} of ${event.of} (${event.percent} %)`];
    case "repeat":
      return [`repeat: round ${event.round} of ${event.of}`];
    case "ended":
      return [`iteration: ${event.outcome}`];
  }
}

/** Everything of one part that was tried. */
export const trialText = ({ workload, script, events }: Trial): string =>
  [script ?? `workload ${workload}`, ...indented(events.flatMap(eventLines), "  ")]
    .map((line) => line.trimEnd())
    .join("\n");

/** One line: whether it is ok, and why not. */
export const trialVerdict = ({ workload, ok, reasons }: Trial): string =>
  ok ? `${workload}: ok` : `${workload}: FAILED: ${visible(reasons.map(short).join("; "))}`;
