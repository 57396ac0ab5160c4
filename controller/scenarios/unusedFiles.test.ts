import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KeptFile } from "./fileStore.ts";
import { makingRoom, unusedFiles } from "./unusedFiles.ts";

const fileOf = (usedAtMs: number, bytes = 1): KeptFile => ({
  ...{ sha256: `used at ${usedAtMs}`, bytes, usedAtMs },
});
const namesOf = (files: readonly KeptFile[]) => files.map(({ sha256 }) => sha256);

describe("files that may go", () => {
  const kept = [fileOf(30), fileOf(10), fileOf(20), fileOf(40)];

  test.each<[string, string[], number, string[]]>([
    ["were used before, the longest ago first", [], 35, ["used at 10", "used at 20", "used at 30"]],
    ["were not used on the limit", [], 20, ["used at 10"]],
    ["are named by nobody, however old", ["used at 10", "used at 30"], 35, ["used at 20"]],
    ["are none when all were used since", [], 10, []],
  ])("%s", (_claim, named, beforeMs, expected) => {
    expect(namesOf(unusedFiles(kept, new Set(named), beforeMs))).toEqual(expected);
  });

  test("are exactly those that are both old and named by nobody", () => {
    const ages = fc.uniqueArray(fc.nat({ max: 50 }), { maxLength: 20 });
    fc.assert(
      fc.property(
        ages,
        fc.array(fc.nat({ max: 50 })),
        fc.nat({ max: 50 }),
        (used, byWhom, limit) => {
          const named = new Set(byWhom.map((usedAtMs) => fileOf(usedAtMs).sha256));
          const gone = unusedFiles(
            used.map((ms) => fileOf(ms)),
            named,
            limit,
          );
          const expected = used.filter((ms) => ms < limit && !byWhom.includes(ms));
          expect(gone.map(({ usedAtMs }) => usedAtMs)).toEqual(expected.sort((a, b) => a - b));
        },
      ),
    );
  });
});

describe("room is made", () => {
  test.each<[string, number[], number, number]>([
    ["by as few of the oldest as will do", [5, 5, 5], 6, 2],
    ["to the byte", [5, 5, 5], 10, 2],
    ["by nothing when all of them were too little", [5, 5, 5], 16, 0],
    ["by nothing when there is nothing", [], 1, 0],
  ])("%s", (_claim, sizes, bytes, count) => {
    const unused = sizes.map((size, i) => fileOf(i, size));
    expect(makingRoom(unused, bytes)).toEqual(unused.slice(0, count));
  });
});
