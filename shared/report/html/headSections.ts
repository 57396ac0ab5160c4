import type { RunView, Summary } from "../../api/runView.ts";
import type { SlaResult } from "../../api/slaResult.ts";
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatMs,
  formatPercent,
  formatRate,
} from "../../format/numbers.ts";
import { dropReasons, terms } from "../../format/terms.ts";
import type { ScenarioOutline } from "../scenarioOutline.ts";
import { verdictSentence } from "../verdictSentence.ts";
import { html, type Html, type HtmlPart } from "./html.ts";
import { latencyText } from "./latencyText.ts";
import { section, table } from "./table.ts";

/** The top of a report: what was run, what came of it, and whether to believe it. */

const tones: Readonly<Record<string, string>> = {
  ...{ PASSED: "good", VALID: "good", COMPLETED: "good" },
  ...{ FAILED: "bad", INVALID: "bad", SUSPECT: "warn", STOPPED: "warn" },
};

export const badge = (text: string, label = text) =>
  html`<span class="badge ${tones[text] ?? "plain"}">${label}</span>`;

/** 2026-11-20T10:00:01.000Z as "2026-11-20 10:00:01 UTC". */
const shownTime = (iso: string | null) =>
  iso === null ? "–" : `${iso.slice(0, 19).replace("T", " ")} UTC`;

export function headSection(run: RunView, outline: ScenarioOutline): Html {
  const { verdict, summary } = run;
  const facts: [string, HtmlPart][] = [
    ["Started", shownTime(run.startedAt ?? run.createdAt)],
    ["Ended", shownTime(run.endedAt)],
    ["Loaded for", summary === null ? "–" : formatDuration(summary.durationSeconds)],
    ["Workers", formatCount(run.numWorkers)],
    ["Run", run.id],
  ];
  const sentence = verdictSentence(run);
  return html`<header>
    <h1>${run.scenarioName}</h1>
    ${outline.description === null ? null : html`<p>${outline.description}</p>`}
    <p class="badges">
      ${badge(run.state)} ${badge(verdict.validity)}
      ${verdict.sla === "NONE" ? null : badge(verdict.sla, `SLA ${verdict.sla}`)}
    </p>
    <p class="verdict ${sentence.tone}">${sentence.text}</p>
    ${
      verdict.reasons.length === 0
        ? null
        : html`<ul>
            ${verdict.reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
    }
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

const units: Readonly<Record<SlaResult["unit"], (value: number) => string>> = {
  ms: formatMs,
  "%": (value) => formatPercent(value / 100),
  rps: (value) => `${formatRate(value)}/s`,
  count: formatCount,
  bytes: formatBytes,
};

export function slaSection({ sla }: RunView): Html | null {
  const lines = table<SlaResult>(
    [
      {
        ...{ title: "Line", text: true },
        of: ({ name, text }) =>
          html`${name === undefined ? null : html`${name}<br />`}<code>${text}</code>`,
      },
      {
        ...{ title: "", text: true },
        of: ({ status }) => badge(status, status === "NONE" ? "NOT JUDGED" : status),
      },
      {
        title: "Measured",
        of: ({ value, unit }) => (value === null ? "–" : units[unit](value)),
      },
      { title: "Limit", of: ({ limit, unit }) => units[unit](limit) },
      {
        title: "First broken at",
        of: ({ failedAtSecond: at }) => (at === null ? "" : formatClock(at)),
      },
      {
        ...{ title: "Why", text: true },
        of: ({ reason, aborted }) => (aborted ? `${reason} (ended the load)` : reason),
      },
    ],
    sla,
  );
  return section("SLA", lines);
}

interface Card {
  name: string;
  value: string;
  more: string;
  help: string;
}

function cardsOf(summary: Summary): Card[] {
  const { requests, response, service, iterations, vus, lateness, bytes } = summary;
  const iterationFacts =
    vus.max > 0
      ? `${formatCount(iterations.started)} iterations, ${formatCount(vus.max)} users at most`
      : `${formatCount(iterations.started)} iterations`;
  return [
    {
      ...{ name: "Requests", value: formatCount(requests.sent), more: iterationFacts },
      help: "Sent by the generator; the target counts the same.",
    },
    {
      ...{ name: "Rate", value: `${formatRate(summary.rps)}/s`, help: terms.rate },
      more: `over ${formatDuration(summary.durationSeconds)}`,
    },
    {
      ...{ name: "Errors", value: formatPercent(summary.errorRate), help: terms.errorRate },
      more: `${formatCount(requests.failed)} failed`,
    },
    {
      ...{ name: "Response p50", value: latencyText(response, "p50"), help: terms.responseTime },
      more: `average ${latencyText(response, "avg")}`,
    },
    {
      ...{ name: "Response p95", value: latencyText(response, "p95"), help: terms.p95 },
      more: `p99 ${latencyText(response, "p99")}, max ${latencyText(response, "max")}`,
    },
    {
      ...{ name: "Service p95", value: latencyText(service, "p95"), help: terms.serviceTime },
      more: `p50 ${latencyText(service, "p50")}, p99 ${latencyText(service, "p99")}`,
    },
    {
      ...{ name: "Traffic", value: formatBytes(bytes.received), help: "Received and sent." },
      more: `${formatBytes(bytes.sent)} sent`,
    },
    {
      ...{ name: "Lateness p99", value: latencyText(lateness, "p99"), help: terms.lateness },
      more: "the generator's own",
    },
  ];
}

export function cards(summary: Summary | null): Html | null {
  if (summary === null) return html`<p class="dim">Nothing has been measured.</p>`;
  return html`<div class="cards">
    ${cardsOf(summary).map(
      ({ name, value, more, help }) =>
        html`<div class="card" title="${help}">
          <span class="dim">${name}</span><b>${value}</b><span class="dim">${more}</span>
        </div>`,
    )}
  </div>`;
}

const ledgerParts = [
  ["scheduled", ""],
  ["started", "= "],
  ["dropped", "+ "],
  ["lost", "+ "],
  ["ok", "started = "],
  ["failed", "+ "],
  ["neutral", "+ "],
  ["interrupted", "+ "],
] as const;

export function ledgerSection({ ledger, summary, refusedReports }: RunView): Html | null {
  const part = (i: number) => {
    const [name, sign] = ledgerParts[i] ?? ["scheduled", ""];
    return html`${sign}<span title="${terms[name]}"
        ><b>${formatCount(ledger[name])}</b> ${name}</span
      > `;
  };
  const dropped = table<[string, number]>(
    [
      { title: "Dropped", text: true, of: ([reason]) => dropReasons[reason] ?? reason },
      { title: "Arrivals", of: ([, count]) => formatCount(count) },
    ],
    Object.entries(ledger.droppedBy).filter(([, count]) => count > 0),
  );
  const maybe =
    ledger.maybeSent === 0
      ? null
      : html`<p title="${terms.maybeSent}">
          Of those lost, ${formatCount(ledger.maybeSent)} may have reached the target.
        </p>`;
  const requestsMaybe = summary?.requests.maybeSent ?? 0;
  const maybeRequests =
    requestsMaybe === 0
      ? null
      : html`<p title="${terms.requestsMaybeSent}">
          Lost workers may have sent up to ${formatCount(requestsMaybe)} requests more than are
          counted.
        </p>`;
  const refused =
    refusedReports === 0
      ? null
      : html`<p title="${terms.refusedReports}">
          Refused and not counted: ${formatCount(refusedReports)} late reports.
        </p>`;
  const lines = html`<p class="ledger">${[0, 1, 2, 3].map(part)}</p>
    <p class="ledger">${[4, 5, 6, 7].map(part)}</p>`;
  return section("Ledger of iterations", lines, maybe, maybeRequests, refused, dropped);
}
