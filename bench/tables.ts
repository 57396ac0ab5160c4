/** Cells of a header and rows; the first column is text, the others are numbers. */
export type Table = readonly (readonly string[])[];

function widths(table: Table, least: number): number[] {
  const columns = table[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, i) =>
    Math.max(least, ...table.map((row) => row[i]?.length ?? 0)),
  );
}

function padRow(row: readonly string[], wide: readonly number[]): string[] {
  return wide.map((width, i) => {
    const cell = row[i] ?? "";
    return i === 0 ? cell.padEnd(width) : cell.padStart(width);
  });
}

export function textTable(table: Table): string {
  const wide = widths(table, 0);
  return table.map((row) => `  ${padRow(row, wide).join("   ").trimEnd()}`).join("\n");
}

/** As the formatter would leave it. */
export function markdownTable(table: Table): string {
  const wide = widths(table, 4);
  const rule = wide.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  const [header = [], ...rows] = table.map((row) => padRow(row, wide));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
