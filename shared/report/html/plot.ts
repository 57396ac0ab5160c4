import { html, type Html, type HtmlPart } from "./html.ts";

/** The area of a drawing, in its own units; pages scale it. */
export const PLOT = { width: 560, height: 200, left: 62, right: 538, top: 8, bottom: 176 } as const;

export interface Scale {
  (value: number): number;
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Maps from..to onto a..b; everything onto the middle when there is nothing between them. */
export function linear(from: number, to: number, a: number, b: number): Scale {
  const width = to - from;
  return (value) => round(width === 0 ? (a + b) / 2 : a + ((value - from) / width) * (b - a));
}

export const xScale = (from: number, to: number) => linear(from, to, PLOT.left, PLOT.right);
export const yScale = (top: number) => linear(0, top, PLOT.bottom, PLOT.top);

interface Tick {
  at: number;
  label: string;
}

/** Lines across at the values, labels on their left and below. */
export function axes(xTicks: readonly Tick[], yTicks: readonly Tick[]): Html {
  const { left, right, bottom } = PLOT;
  return html`<g class="grid">
      ${yTicks.map(
        ({ at, label }) =>
          html`<line x1="${left}" x2="${right}" y1="${at}" y2="${at}" /><text
              x="${left - 6}"
              y="${at + 3.5}"
              text-anchor="end"
              >${label}</text
            >`,
      )}
    </g>
    <g class="grid">
      ${xTicks.map(
        ({ at, label }) =>
          html`<text x="${at}" y="${bottom + 16}" text-anchor="middle">${label}</text>`,
      )}
    </g>`;
}

/** A drawing with a name for those who cannot see it. */
export function drawing(label: string, content: HtmlPart): Html {
  const { width, height } = PLOT;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    ${content}
  </svg>`;
}

export interface LegendEntry {
  label: string;
  color: string;
}

export function figure(title: string, unit: string, legend: readonly LegendEntry[], svg: Html) {
  return html`<figure>
    <figcaption>
      <b>${title}</b> <span class="dim">${unit}</span>
      <span class="legend">
        ${legend.map(
          ({ label, color }) => html`<span><i style="background:${color}"></i>${label}</span>`,
        )}
      </span>
    </figcaption>
    ${svg}
  </figure>`;
}
