import { describe, expect, test } from "vitest";
import type { DataSetDocument } from "./dataSchema.ts";
import { FileProblem } from "./fileProblem.ts";
import { readRows } from "./readRows.ts";
import { type RowTable, valuesFrom } from "./rowTable.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Every value of a table, row by row. */
function rowsOf(table: RowTable): string[][] {
  const { fields, rows, memory } = table;
  const offsets = new Uint32Array(memory, 0, fields.length * rows + 1);
  const bytes = new Uint8Array(memory, valuesFrom(table)).slice();
  const value = (i: number) => new TextDecoder().decode(bytes.subarray(offsets[i], offsets[i + 1]));
  return Array.from({ length: rows }, (_, row) =>
    fields.map((_name, column) => value(row * fields.length + column)),
  );
}

const read = async (
  text: string | Uint8Array,
  set: Partial<DataSetDocument> = { csv: "a.csv" },
) => {
  let pauses = 0;
  const bytes = typeof text === "string" ? encode(text) : text;
  const table = await readRows(set, bytes, async () => void pauses++);
  return { fields: table.fields, rows: rowsOf(table), bare: table.bare, pauses };
};

const problem = async (text: string | Uint8Array, set?: Partial<DataSetDocument>) => {
  const error: unknown = await read(text, set).then(
    () => "nothing is wrong",
    (reason: unknown) => reason,
  );
  return error instanceof FileProblem ? `${error.line}: ${error.message}` : error;
};

describe("a CSV file", () => {
  test.each<[string, string, Partial<DataSetDocument>]>([
    ["with a header", "id,name\n1,Ada\n2,Zoë\n", { csv: "f" }],
    ["without a last line end", "id,name\n1,Ada\n2,Zoë", { csv: "f" }],
    ["with CRLF and a byte-order mark", "\ufeffid,name\r\n1,Ada\r\n2,Zoë\r\n", { csv: "f" }],
    ["with empty lines", "id,name\n\n1,Ada\n\n2,Zoë\n\n", { csv: "f" }],
    ["of everything quoted", '"id","name"\n"1","Ada"\n"2","Zoë"\n', { csv: "f" }],
    ["with another delimiter", "id;name\n1;Ada\n2;Zoë\n", { csv: "f", delimiter: ";" }],
    ["with tabs", "id\tname\n1\tAda\n2\tZoë\n", { csv: "f", delimiter: "\t" }],
    ["whose names are given", "1,Ada\n2,Zoë\n", { csv: "f", header: ["id", "name"] }],
  ])("%s", async (_name, text, set) => {
    const { fields, rows } = await read(text, set);
    expect(fields).toEqual(["id", "name"]);
    expect(rows).toEqual([
      ["1", "Ada"],
      ["2", "Zoë"],
    ]);
  });

  test("has delimiters, quotes and line breaks within quotes", async () => {
    const { rows } = await read('a,b\n"x, ""y""","line 1\nline 2\r\n"\n,\n');
    expect(rows).toEqual([
      ['x, "y"', "line 1\nline 2\r\n"],
      ["", ""],
    ]);
  });

  test("has texts only: no field is a number by its look", async () => {
    expect((await read("n\n1\n2\n")).bare).toEqual([]);
  });

  test("is read in slices, however they cut it", async () => {
    const wide = Array.from({ length: 40_000 }, (_, i) => [`${i}`, `"é, ${i}\n"`, "ü".repeat(5)]);
    const text = `a,b,c\n${wide.map((row) => row.join(",")).join("\n")}\n`;
    const { rows, pauses } = await read(text);
    expect(rows).toEqual(wide.map(([a, , c], i) => [a, `é, ${i}\n`, c]));
    expect(pauses).toBeGreaterThan(2);
  });

  test.each<[string, string | Uint8Array, string, Partial<DataSetDocument>?]>([
    ["nothing", "", "1: no row follows the header"],
    ["a header alone", "a,b\n", "1: no row follows the header"],
    ["a field too few", "a,b\n1,2\n3\n", "3: 1 fields where the first row has 2"],
    ["a field too many", "a\n1,2\n", "2: 2 fields where the first row has 1"],
    ["a quote without end", 'a,b\n1,"x\n2,y\n', "3: a quote is opened and never closed"],
    ["a quote within quotes", 'a\n"x"y"\n', '2: a quote within a quoted field; write it twice: ""'],
    ["two equal names", "a,b,a\n1,2,3\n", '1: two columns have the name "a"'],
    ["too many columns", `${"a,".repeat(1_000)}b\n`, "1: 1001 columns; at most 1,000"],
    ["no name", "a,,c\n1,2,3\n", "1: column 2 has no name"],
    ["other names", "1,2\n", "1: 2 fields; header names 1", { csv: "f", header: ["a"] }],
    ["Latin-1", Uint8Array.of(97, 10, 0xe9, 10), "1: not UTF-8 from here on: save it as UTF-8"],
  ])("is refused with its line: %s", async (_name, text, message, set) => {
    expect(await problem(text, set)).toBe(message);
  });
});

describe("a JSON file", () => {
  const json = { json: "a.json" };

  test.each([
    ["a list", '[{"id":1,"s":"a]}\\"\\\\"},\n {"s":"ü","id":2.5}]\n'],
    ["JSON lines", '{"id":1,"s":"a]}\\"\\\\"}\n\n{"id":2.5,"s":"ü"}'],
    ["with a byte-order mark", '\ufeff [ {"id":1,"s":"a]}\\"\\\\"} , {"id":2.5,"s":"ü"} ] '],
  ])("%s", async (_name, text) => {
    const { fields, rows, bare } = await read(text, json);
    expect(fields).toEqual(["id", "s"]);
    expect(rows).toEqual([
      ["1", 'a]}"\\'],
      ["2.5", "ü"],
    ]);
    expect(bare).toEqual(["id"]);
  });

  test.each([
    ["of too many fields", "at most 1,000", (i: number) => `f${i}`, 1_001],
    ["that is too long", "more than 1,000,000 bytes", () => "f".repeat(1_000_000), 1],
  ])("is refused for a row %s", async (_what, message, name, count) => {
    const fields = Array.from({ length: count }, (_, i) => [name(i), 1]);
    expect(await problem(JSON.stringify([Object.fromEntries(fields)]), json)).toContain(message);
  });

  test("a field is a number only where it is one in every row", async () => {
    const { bare } = await read('{"a":1,"b":1,"c":true}\n{"a":2,"b":"2","c":false}', json);
    expect(bare).toEqual(["a", "c"]);
  });

  test.each([
    ["nothing", "", "1: no rows"],
    ["an empty list", "[]", "1: no rows"],
    ["no objects", "[1,2]", "1: needs objects: a list of them, or one in each line"],
    [
      "a row in a row",
      '[{"a":1},\n{"a":{}}]',
      '2: "a" is no string, number or boolean: rows are flat',
    ],
    ["a field less", '{"a":1,"b":2}\n{"a":1}', '2: "b" is missing: the first row has it'],
    ["a field more", '{"a":1}\n{"a":1,"b":2}', '2: the first row has no "b"'],
    ["no comma", '[{"a":1}\n{"a":2}]', '2: a "," is missing'],
    ["no end", '[{"a":1}', '1: the list has no "]"'],
    ["an open object", '{"a":1}\n{"a":', "2: an object that is not closed"],
    ["more than a list", '[{"a":1}]\n[]', "2: something follows the list"],
  ])("is refused with its line: %s", async (_name, text, message) => {
    expect(await problem(text, json)).toBe(message);
  });
});
