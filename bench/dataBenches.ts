import { renderText } from "@onrush/shared/template/compileTemplate.ts";
import { DataSets } from "@onrush/shared/data/dataSets.ts";
import { RowTableBuilder } from "@onrush/shared/data/rowTable.ts";
import { fileRows } from "@onrush/worker/steps/fileRows.ts";
import { type MicroBench, repeat } from "./microBench.ts";

const ROWS = 100_000;

/** A value of one of 100,000 users: worked out from its row, or read from a file's memory. */
export function dataBenches(): MicroBench[] {
  const builder = new RowTableBuilder(["name", "plan"]);
  for (let row = 0; row < ROWS; row++) builder.add([`user-${row}`, row % 2 === 0 ? "free" : "pro"]);
  const plan = { weighted: { free: 50, pro: 30, enterprise: 20 } };
  const sets = new DataSets(
    {
      generated: { generate: { count: ROWS, fields: { plan } }, pick: "unique" },
      file: { csv: "users.csv", pick: "unique" },
    },
    1,
    2,
    new Map([["file", fileRows(builder.build())]]),
  );
  const subject = { arrival: 0, user: 0, variables: [] };
  const generated = sets.field("generated", "plan");
  const read = sets.field("file", "name");
  return [
    repeat("a weighted field of a generated row", ROWS, (i) => {
      subject.arrival = i;
      renderText(generated, subject);
    }),
    repeat("a field of a row from a file", ROWS, (i) => {
      subject.arrival = i;
      renderText(read, subject);
    }),
  ];
}
