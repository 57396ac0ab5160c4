import { describe, expect, test } from "vitest";
import type { SecondView } from "../api/secondView.ts";
import { viewSecond } from "../metrics/viewSecond.ts";
import { measuredSeconds, twoSteps } from "./reports.testing.ts";
import { csvColumns, csvHead, csvRows } from "./secondsCsv.ts";

/** RFC 4180, strictly: every record ends with CRLF, quotes are doubled within quotes. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    const match = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
    match.lastIndex = at;
    const found = match.exec(text);
    if (found === null) throw new Error(`not CSV at ${at}: ${text.slice(at, at + 30)}`);
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (found[3] === "\r\n") {
      records.push(cells);
      cells = [];
    }
    at = match.lastIndex;
  }
  return records;
}

const views = (steps = twoSteps) =>
  measuredSeconds({ names: steps, seconds: 3 }).map((record) => viewSecond(record, steps, 20));
const column = (name: string) => csvColumns.indexOf(name);

describe("seconds as CSV", () => {
  test("each second is a row with a value for every column", () => {
    const text =
      csvHead() +
      views()
        .map((view) => csvRows(view, false))
        .join("");
    const [head, ...rows] = parseCsv(text);
    expect(head).toEqual([...csvColumns]);
    expect(rows.map((cells) => cells[0])).toEqual(["0", "1", "2"]);
    for (const cells of rows) expect(cells).toHaveLength(csvColumns.length);
    const [first = []] = rows;
    const [view] = views();
    expect(first[column("sent")]).toBe("40");
    expect(first[column("planned")]).toBe("20");
    expect(first[column("response_p95_ms")]).toBe(String(view?.response.p95));
    expect(first[column("status_codes")]).toBe("200=38; 500=2");
    expect(first[column("partial")]).toBe("false");
  });

  test("steps come after their second and add up to it", () => {
    const [second, ...steps] = parseCsv(csvRows(views()[0] as SecondView, true));
    expect(steps.map((cells) => cells[column("step")])).toEqual(["login", "search"]);
    const sent = (cells?: string[]) => Number(cells?.[column("sent")]);
    expect(steps.reduce((sum, cells) => sum + sent(cells), 0)).toBe(sent(second));
    expect(steps[0]?.[column("users")]).toBe("");
  });

  test("steps that have a name in common are told apart by their workloads", () => {
    const steps = [{ name: "login" }];
    const names = { workloads: ["a", "b"].map((name) => ({ name, steps })) };
    const [, ...rows] = parseCsv(csvRows(views(names)[0] as SecondView, true));
    const places = rows.map((cells) => [cells[column("workload")], cells[column("step")]]);
    expect(places).toEqual([
      ["a", "login"],
      ["b", "login"],
    ]);
  });

  test.each([
    ["a comma", "a,b", "a,b"],
    ["quotes and lines", 'say "hi"\r\nnow', 'say "hi"\r\nnow'],
    ["a formula stays text in a spreadsheet", "=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ["a minus, too", "-1+1", "'-1+1"],
  ])("%s in a name", (_claim, name, shown) => {
    const [view] = views({ workloads: [{ name: "w", steps: [{ name }] }] });
    const [, step] = parseCsv(csvRows(view as SecondView, true));
    expect(step?.[column("step")]).toBe(shown);
    expect(step).toHaveLength(csvColumns.length);
  });
});
