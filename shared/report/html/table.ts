import { html, type Html, type HtmlPart } from "./html.ts";

export interface Column<Row> {
  title: string;
  /** What the title means, shown when pointing at it. */
  help?: string;
  text?: boolean;
  of(row: Row): HtmlPart;
}

/** A table of rows; nothing when there are none. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Html | null {
  if (rows.length === 0) return null;
  const kind = (column: Column<Row>) => (column.text === true ? "text" : "number");
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${columns.map(
            (column) =>
              html`<th class="${kind(column)}" title="${column.help ?? ""}">${column.title}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => html`<td class="${kind(column)}">${column.of(row)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A part of the page with a title; nothing when there is nothing in it. */
export function section(title: string, ...content: (Html | null)[]): Html | null {
  const shown = content.filter((part) => part !== null);
  if (shown.length === 0) return null;
  return html`<section>
    <h2>${title}</h2>
    ${shown}
  </section>`;
}
