import stringWidth from "string-width";

/** Columns that a text takes in a terminal: wide characters take two, marks on others none. */
export const widthOf = (text: string): number => stringWidth(text);

const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** As much of the beginning as fits into so many columns. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const { segment } of characters.segment(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    kept += segment;
  }
  return kept;
}

/** The text and spaces behind it. */
export const padTo = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - widthOf(text)));
