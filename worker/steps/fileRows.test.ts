import { setImmediate as turn } from "node:timers/promises";
import { renderFor } from "@onrush/shared/template/renderFor.testing.ts";
import { DataSets } from "@onrush/shared/data/dataSets.ts";
import { readRows } from "@onrush/shared/data/readRows.ts";
import { describe, expect, test } from "vitest";
import { fileRows } from "./fileRows.ts";

const ROWS = 100_000;
const plans = ["free", "free", "free", "free", "free", "pro", "pro", "pro", "enterprise"];
const planOf = (row: number) => plans[row % 10] ?? "enterprise";
const csv = Buffer.from(
  `name,plan,token\n${Array.from(
    { length: ROWS },
    (_, row) => `"user ${row}, é",${planOf(row)},token-${row}`,
  ).join("\n")}\n`,
);
const table = await readRows({ csv: "users.csv" }, csv, turn);
const data = { users: { csv: "users.csv", pick: "unique" as const } };
const sets = new DataSets(data, 1, 1, new Map([["users", fileRows(table)]]));

describe("100,000 users of a file", () => {
  test("are read by arrival as they stand in it, and split as they do", () => {
    const [name, plan, token] = ["name", "plan", "token"].map((one) =>
      renderFor(sets.field("users", one)),
    );
    const counts: Record<string, number> = {};
    for (let row = 0; row < ROWS; row++) {
      const value = plan?.(row) ?? "";
      counts[value] = (counts[value] ?? 0) + 1;
      if (row % 9_999 > 0) continue;
      expect([name?.(row), token?.(row)]).toEqual([`user ${row}, é`, `token-${row}`]);
    }
    expect(counts).toEqual({ free: 50_000, pro: 30_000, enterprise: 20_000 });
  });

  test("take their own bytes and four for each value, once for all threads", () => {
    const { fields, rows, memory } = structuredClone(table);
    expect(memory.byteLength).toBeLessThanOrEqual(csv.length + 4 * (fields.length * rows + 1));
    // The memory is shared, not copied, when it goes to a thread.
    new Uint8Array(memory)[memory.byteLength - 1] = 33;
    expect(renderFor(sets.field("users", "token"))(ROWS - 1)).toBe(
      `token-${ROWS - 1}`.replace(/.$/, "!"),
    );
  });

  test("have no other fields", () => {
    expect(() => sets.field("users", "mail")).toThrow("data.users has no field mail");
  });
});
