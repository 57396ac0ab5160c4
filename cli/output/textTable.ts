import { padTo, widthOf } from "./textWidth.ts";

const padBefore = (text: string, columns: number) =>
  " ".repeat(Math.max(0, columns - widthOf(text))) + text;

/** Rows in columns two spaces apart; the columns of `numbers` are aligned to the right. */
export function textTable(
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => widthOf(row[i] ?? ""))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) =>
        numbers.includes(i) ? padBefore(cell, widths[i] ?? 0) : padTo(cell, widths[i] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}
