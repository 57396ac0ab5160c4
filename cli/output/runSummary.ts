import type { RunView, Summary } from "@onrush/shared/api/runView.ts";
import { faultNames } from "@onrush/shared/format/terms.ts";
import type { HistogramDocument } from "@onrush/shared/report/runHistogram.ts";
import { checkLines } from "./checkLines.ts";
import { bytes, count, ms, rate } from "./formatNumbers.ts";
import { latencyHistogram } from "./latencyHistogram.ts";
import { phaseLines } from "./phaseLines.ts";
import { slaLines } from "./slaLines.ts";
import { groupTable } from "./groupTable.ts";
import { stepTable } from "./stepTable.ts";
import { type Paint, type Tone, uncoloured } from "./tone.ts";

const BAR_WIDTH = 40;

/** Of the response times of the whole run, where the controller could be asked for them. */
export type Latencies = Pick<HistogramDocument, "buckets" | "percentiles">;

const drawn = ["p50", "p75", "p90", "p95", "p99"] as const;

function percentileBars(summary: Summary): string[] {
  const { response } = summary;
  const longest = Math.max(response.p99, 0.001);
  return drawn.map((name) => {
    const width = Math.max(1, Math.round((response[name] / longest) * BAR_WIDTH));
    return `    ${name.toUpperCase()} ${ms(response[name]).padStart(9)}  ${"█".repeat(width)}`;
  });
}

function latencyLines(summary: Summary, latencies: Latencies | undefined): string[] {
  const { avg, sd, min, max } = summary.response;
  const asked = latencies?.percentiles ?? [];
  const histogram = latencies === undefined ? [] : latencyHistogram(latencies);
  return [
    `  response time (from due): avg ${ms(avg)}, sd ${ms(sd)}, min ${ms(min)}, max ${ms(max)}`,
    ...percentileBars(summary),
    ...(asked.length === 0 ? [] : ["  percentiles:"]),
    ...asked.map(
      ({ percent, ms: value }) => `    ${`${percent}%`.padStart(8)} ${ms(value).padStart(9)}`,
    ),
    ...(histogram.length === 0 ? [] : ["  latency histogram:", ...histogram]),
  ];
}

const pairs = (counts: Record<string, number>) =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, value]) => `${name}: ${count(value)}`)
    .join(", ");

/** A fixed amount of work may be done within milliseconds. */
const seconds = (value: number) => value.toFixed(value < 1 ? 3 : 1);

/** Only where users were: how many at once, and what they (not arrivals beside them) got done. */
function usersLine(summary: Summary): string[] {
  const { vus, workloads } = summary;
  if (vus.max === 0) return [];
  const closed = workloads.filter((workload) => workload.vus.max > 0);
  const [only, ...others] = closed.length === workloads.length ? [summary] : closed;
  if (only === undefined) return [];
  const started = closed.reduce((sum, { iterations }) => sum + iterations.started, 0);
  // Percentiles of several workloads, but not of all, cannot be had from theirs.
  const { count: ended, p50, p99 } = only.iterationDuration;
  const times = ended === 0 || others.length > 0 ? "" : `, each p50 ${ms(p50)} p99 ${ms(p99)}`;
  return [`  users       ${count(vus.max)} at most, ${count(started)} iterations${times}`];
}

const maybeSent = (requests = 0) =>
  requests === 0 ? "" : `; lost workers may have sent up to ${count(requests)} more`;

function trafficLines(summary: Summary, latencies: Latencies | undefined, paint: Paint): string[] {
  const { requests, service, bytes: traffic, statusCodes, errors, redirects } = summary;
  const { outcomes } = summary;
  const lines = [
    ...usersLine(summary),
    `  requests    ${count(requests.sent)} sent, ${count(requests.ok)} ok, ` +
      `${count(requests.failed)} failed, ` +
      (requests.neutral === 0 ? "" : `${count(requests.neutral)} neutral, `) +
      `${count(requests.interrupted)} interrupted` +
      maybeSent(requests.maybeSent),
    `  rate        ${rate(summary.rps)}/s over ${seconds(summary.durationSeconds)} s, ` +
      `success ${summary.successRate.toFixed(2)} %`,
    `  traffic     ${bytes(traffic.sent)} sent, ${bytes(traffic.received)} received`,
    `  status      ${pairs(statusCodes) || "none"}`,
  ];
  if (redirects > 0) lines.push(`  redirects   ${count(redirects)} followed`);
  if (Object.keys(errors).length > 0) lines.push(`  errors      ${pairs(errors)}`);
  if (Object.keys(outcomes).length > 0) lines.push(`  outcomes    ${pairs(outcomes)}`);
  lines.push(...checkLines(summary, paint));
  lines.push(...stepTable(summary), ...groupTable(summary), ...latencyLines(summary, latencies));
  const unsent = requests.sent - requests.interrupted - service.count;
  if (unsent > 0) lines.push(`  ${count(unsent)} of the requests found no connection to leave by`);
  if (service.count > 0) {
    lines.push(
      `  service time (from sent): p50 ${ms(service.p50)}, p95 ${ms(service.p95)}, ` +
        `p99 ${ms(service.p99)}, max ${ms(service.max)}`,
    );
  }
  lines.push(...phaseLines(summary));
  return lines;
}

/** In how many seconds the generator itself was strained, and by what; nothing when in none. */
function generatorLines({ badSeconds }: Summary): string[] {
  if (badSeconds === undefined || badSeconds.count === 0) return [];
  const why = Object.entries(badSeconds.by)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, seconds]) => `${faultNames[kind] ?? kind} (${count(seconds)})`);
  const { count: bad, of } = badSeconds;
  return [`  generator   ${count(bad)} of ${count(of)} seconds bad: ${why.join(", ")}`];
}

/** What came when it could not count any more; nothing where nothing did. */
const refusedLines = ({ refusedReports: refused }: RunView) =>
  refused === 0 ? [] : [`  refused     ${count(refused)} late reports, which changed nothing`];

/** Setup and teardown, where there are any: what is in no other number. */
function scriptLines({ setup, teardown }: RunView): string[] {
  return Object.entries({ setup, teardown }).flatMap(([kind, script]) => {
    if (script === null) return [];
    const { state, reason, requests, steps } = script;
    const listed = steps.map(({ name, ms: took }) => `${name} ${ms(took)}`).join(", ");
    const sent = requests === 1 ? "1 request" : `${count(requests)} requests`;
    const more = requests > steps.length ? ", …" : "";
    return [
      `  ${kind.padEnd(11)} ${state}, ${sent}` +
        (listed === "" ? "" : ` (${listed}${more})`) +
        (reason === "" ? "" : `: ${reason}`),
    ];
  });
}

const validityTones: Record<RunView["verdict"]["validity"], Tone> = {
  ...{ VALID: "good", SUSPECT: "warn", INVALID: "bad" },
};

/** The verdict in a line, and why it is no better. */
function verdictLines({ scenarioName, state, verdict }: RunView, paint: Paint): string[] {
  const { validity, sla, reasons } = verdict;
  const ended = state === "FAILED" ? paint(state, "bad") : state;
  const judged =
    sla === "NONE" ? "" : `, ${paint(`SLA ${sla}`, sla === "FAILED" ? "bad" : "good")}`;
  const tone = validityTones[validity];
  return [
    `${scenarioName}: ${ended}, ${paint(validity, tone)}${judged}`,
    ...reasons.map((reason) => paint(`  ! ${reason}`, tone)),
  ];
}

/** Where every request ended without a connection, the address is what to look at. */
function unreachedLines({ requests, errors }: Summary, targets: readonly string[]): string[] {
  const { connectionRefused = 0, dns = 0 } = errors;
  const unreached = connectionRefused + dns;
  if (unreached === 0 || unreached < requests.sent) return [];
  const where = targets.length === 0 ? "the target's address" : targets.join(", ");
  const question = dns > 0 ? "is the name right" : "does anything listen there";
  return [`  hint        no request got an answer from ${where}: ${question}?`];
}

/** What a run came to, for people: verdict, ledger, requests, latencies. */
export function runSummary(
  run: RunView,
  latencies?: Latencies,
  paint = uncoloured,
  targets: readonly string[] = [],
): string {
  const { ledger, summary } = run;
  const droppedBy = pairs(ledger.droppedBy);
  const traffic =
    summary === null
      ? []
      : [
          ...unreachedLines(summary, targets),
          ...generatorLines(summary),
          ...trafficLines(summary, latencies, paint),
        ];
  const lines = [
    "",
    ...verdictLines(run, paint),
    ...slaLines(run.sla, paint),
    `  ledger      ${count(ledger.scheduled)} scheduled = ${count(ledger.started)} started + ` +
      `${count(ledger.dropped)} dropped + ${count(ledger.lost)} lost` +
      (droppedBy === "" ? "" : ` (${droppedBy})`),
    ...refusedLines(run),
    ...scriptLines(run),
    ...traffic,
  ];
  return lines.join("\n");
}
