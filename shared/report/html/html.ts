import { escapeMarkup } from "../escapeMarkup.ts";

/** Of the source; in a page it would be a third of all bytes. */
const INDENT = /\n +/g;

/**
 * Markup that is safe to put into a page. Only the `html` template makes it, and whatever is put
 * into one that is not markup already is escaped: a name cannot become a tag.
 */
export class Html {
  readonly #text: string;

  constructor(strings: TemplateStringsArray, parts: readonly HtmlPart[]) {
    const lines = strings.map((string) => string.replaceAll(INDENT, "\n"));
    this.#text = lines.reduce((text, string, i) => text + markup(parts[i - 1]) + string);
  }

  toString(): string {
    return this.#text;
  }
}

/** Nothing, text, markup, or any of these in a row. */
export type HtmlPart = Html | string | number | null | undefined | readonly HtmlPart[];

function markup(part: HtmlPart): string {
  if (part === null || part === undefined) return "";
  if (part instanceof Html) return part.toString();
  if (typeof part === "object") return part.map(markup).join("");
  return escapeMarkup(String(part));
}

export function html(strings: TemplateStringsArray, ...parts: HtmlPart[]): Html {
  return new Html(strings, parts);
}
