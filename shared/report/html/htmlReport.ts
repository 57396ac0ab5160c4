import type { RunView } from "../../api/runView.ts";
import { terms } from "../../format/terms.ts";
import type { ScenarioOutline } from "../scenarioOutline.ts";
import {
  answerSections,
  checkSection,
  eventSection,
  partSections,
  phaseSection,
  scenarioSection,
} from "./detailSections.ts";
import { generatorSection } from "./generatorSection.ts";
import { cards, headSection, ledgerSection, slaSection } from "./headSections.ts";
import { Html, html } from "./html.ts";
import { latencyHistogram, percentileChart } from "./latencyCharts.ts";
import type { ReportSeries } from "./reportPoints.ts";
import { scriptSection } from "./scriptSection.ts";
import { style } from "./style.ts";
import { section } from "./table.ts";
import { timeCharts } from "./timeCharts.ts";

export interface HtmlReportInput {
  run: RunView;
  outline: ScenarioOutline;
  series: ReportSeries;
  /** Whether some load is given as a rate, and some as users. */
  hasRate: boolean;
  hasUsers: boolean;
}

/** Nothing may be loaded and nothing may run, whatever got into the page. */
export const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The page's own style, which has nothing from elsewhere in it. */
const styleTag = new Html(Object.assign([`<style>${style}</style>`], { raw: [] }), []);

const explained = [
  ["Response time", terms.responseTime],
  ["Service time", terms.serviceTime],
  ["Validity", terms.validity],
  ["SLA", terms.sla],
  ["Ledger", terms.ledger],
  ["Lateness", terms.lateness],
  ["Percentiles", terms.percentiles],
] as const;

function howToRead({ points }: ReportSeries): Html | null {
  const span = points[0]?.seconds ?? 1;
  const pointText =
    span === 1
      ? "Each point of a chart over time is a second of the run."
      : `Each point of a chart over time stands for ${span} seconds: counts are added up and divided by their time, latencies are merged, and of what is in flight the highest is drawn.`;
  return section(
    "How to read this",
    html`<dl class="read">
      ${explained.map(
        ([name, text]) =>
          html`<dt>${name}</dt>
            <dd>${text}</dd>`,
      )}
      <dt>Charts</dt>
      <dd>
        ${pointText} Shaded violet: the generator itself was at its limit; red: arrivals were lost
        with a worker; amber: not every worker had reported. Charts end with the load; what was
        answered after it is in the tables.
      </dd>
    </dl>`,
  );
}

/** A run as one page of HTML that needs nothing else: no script, no network. */
export function htmlReport({ run, outline, series, hasRate, hasUsers }: HtmlReportInput): string {
  const { summary } = run;
  const hasLatencies = series.response.total + series.service.total > 0;
  const charts = [
    ...timeCharts({
      ...{ points: series.points, hasRate, hasUsers },
      loadedSeconds: summary?.durationSeconds ?? Infinity,
    }),
    ...(hasLatencies ? [percentileChart(series), latencyHistogram(series)] : []),
  ];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${REPORT_POLICY}" />
        <title>${run.scenarioName} – Onrush</title>
        ${styleTag}
      </head>
      <body>
        <main>
          ${headSection(run, outline)} ${cards(summary)} ${slaSection(run)} ${ledgerSection(run)}
          ${charts.length === 0 ? null : html`<div class="charts">${charts}</div>`}
          ${scenarioSection(outline)} ${scriptSection(run)}
          ${
            summary === null
              ? null
              : [
                  ...partSections(summary),
                  phaseSection(summary),
                  answerSections(summary),
                  checkSection(summary),
                ]
          }
          ${generatorSection(run, series.health)} ${eventSection(run)} ${howToRead(series)}
        </main>
      </body>
    </html> `;
  return page.toString();
}
