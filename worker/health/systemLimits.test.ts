import { openSync, closeSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { limitWarnings } from "./startLimits.ts";
import { countOpenFiles, fileLimitOf, portCountOf } from "./systemLimits.ts";

describe("what /proc tells", () => {
  test.each<[string, number | null]>([
    ["Max open files            20000                524288               files     ", 20_000],
    ["Max cpu time  unlimited unlimited seconds\nMax open files   1024   4096   files", 1_024],
    ["Max open files            unlimited            unlimited            files     ", null],
    ["", null],
  ])("the soft limit of files in %j", (text, limit) => expect(fileLimitOf(text)).toBe(limit));

  test.each<[string, number | null]>([
    ["32768\t60999\n", 28_232],
    ["1024 1024", 1],
    ["", null],
  ])("local ports in %j", (text, count) => expect(portCountOf(text)).toBe(count));

  test("an opened file counts", () => {
    const before = countOpenFiles();
    const file = openSync(import.meta.filename, "r");
    const after = countOpenFiles();
    closeSync(file);
    if (before === null) expect(after).toBeNull();
    else expect(after).toBeGreaterThan(before);
  });
});

describe("at its start a worker says", () => {
  test.each<[string, number | null, number | null, RegExp[]]>([
    ["nothing with plenty", 20_000, 28_232, []],
    ["nothing where the system does not tell", null, null, []],
    ["that files are few", 1_024, 28_232, [/1,024 file descriptors.*ulimit -n/]],
    ["that ports are few", 20_000, 5_000, [/5,000 local ports.*ip_local_port_range/]],
    ["both", 1, 1, [/ulimit/, /ports/]],
  ])("%s", (_name, files, ports, texts) => {
    const warnings = limitWarnings(files, ports);
    expect(warnings).toEqual(texts.map((text) => expect.stringMatching(text)));
  });
});
