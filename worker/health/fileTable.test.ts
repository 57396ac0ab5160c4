import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { growFileTable } from "./fileTable.ts";
import { countOpenFiles, readFileLimit } from "./systemLimits.ts";

const tableSize = () =>
  Number(/^FDSize:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);

test.runIf(process.platform === "linux")(
  "the table of files has room for as many as are wanted, and nothing stays open",
  () => {
    const [before, limit] = [countOpenFiles(), readFileLimit() ?? Infinity];
    growFileTable(3_000);
    expect(tableSize()).toBeGreaterThanOrEqual(Math.min(3_000, limit - 256));
    expect(countOpenFiles()).toBe(before);
  },
);
