import type { FileRows } from "@onrush/shared/data/dataSets.ts";
import { type RowTable, valuesFrom } from "@onrush/shared/data/rowTable.ts";

/** Reads values where they lie: the memory belongs to all threads, and no row becomes an object. */
export function fileRows(table: RowTable): FileRows {
  const { fields, rows, bare, memory } = table;
  const offsets = new Uint32Array(memory, 0, fields.length * rows + 1);
  const values = Buffer.from(memory, valuesFrom(table));
  return {
    count: rows,
    field(name) {
      const column = fields.indexOf(name);
      if (column < 0) return undefined;
      const width = fields.length;
      return (row) => {
        const at = row * width + column;
        return values.toString("utf8", offsets[at], offsets[at + 1]);
      };
    },
    isBare: (name) => bare.includes(name),
  };
}
