import { describe, expect, test } from "vitest";
import { OptionReader } from "./optionReader.ts";
import type { StartOptions, TargetOption } from "./target.ts";
import { TargetError } from "./targetError.ts";

const options: TargetOption[] = [
  { name: "delayMs", description: "", default: 5, kind: "number", min: 0, max: 100 },
  { name: "limit", description: "", default: 7, kind: "number", min: 1, max: 9, integer: true },
  { name: "mix", description: "", default: "a:1,b:2", kind: "string" },
];

const isLetter = (key: string): key is string => /^[a-z]$/.test(key);

function readAll(given: StartOptions) {
  const reader = new OptionReader({ name: "demo", defaultPort: 9_000, options }, given);
  const read = {
    ...reader.address(),
    delayMs: reader.number("delayMs"),
    limit: reader.number("limit"),
    mix: Object.fromEntries(reader.counts("mix", "letter", isLetter)),
  };
  reader.finish();
  return read;
}

function messageOf(given: StartOptions): string {
  try {
    readAll(given);
  } catch (error) {
    expect(error).toBeInstanceOf(TargetError);
    expect(error).toHaveProperty("code", "BAD_OPTIONS");
    return (error as Error).message;
  }
  throw new Error("the options were accepted");
}

const defaults = { host: "127.0.0.1", port: 9_000, delayMs: 5, limit: 7, mix: { a: 1, b: 2 } };

describe("options that are accepted", () => {
  test.each<[string, StartOptions, object]>([
    ["nothing takes every default", {}, {}],
    ["undefined is as good as nothing", { delayMs: undefined, port: undefined }, {}],
    ["numbers as numbers", { delayMs: 0.25, limit: 9 }, { delayMs: 0.25, limit: 9 }],
    ["numbers as decimal text", { delayMs: "20", port: "0" }, { delayMs: 20, port: 0 }],
    ["the bounds themselves", { delayMs: 100, limit: 1 }, { delayMs: 100, limit: 1 }],
    ["counts with spaces", { mix: " z : 3 , y:0" }, { mix: { z: 3, y: 0 } }],
    ["another host", { host: "::1" }, { host: "::1" }],
  ])("%s", (_claim, given, expected) => {
    expect(readAll(given)).toEqual({ ...defaults, ...expected });
  });
});

describe("options that are refused", () => {
  test.each<[StartOptions, string]>([
    [{ delayMs: -1 }, 'delayMs must be a number from 0 to 100, not "-1"'],
    [{ delayMs: 100.5 }, "delayMs must be a number from 0 to 100"],
    [{ delayMs: Number.NaN }, 'delayMs must be a number from 0 to 100, not "NaN"'],
    [{ delayMs: Number.POSITIVE_INFINITY }, "delayMs must be"],
    [{ delayMs: "" }, 'delayMs must be a number from 0 to 100, not ""'],
    [{ delayMs: "20ms" }, "delayMs must be"],
    [{ delayMs: "0x10" }, "delayMs must be"],
    [{ limit: 1.5 }, "limit must be a whole number from 1 to 9"],
    [{ port: 65_536 }, "port must be a whole number from 0 to 65535"],
    [{ port: "http" }, "port must be"],
    [{ host: " " }, "host must be a host name or an IP address"],
    [{ latency: 1 }, "latency is not an option; use one of host, port, delayMs, limit, mix"],
    [{ mix: "" }, 'mix: "" is not <letter>:<whole number>; write it like a:1,b:2'],
    [{ mix: "a" }, 'mix: "a" is not'],
    [{ mix: "a:-1" }, 'mix: "a:-1" is not'],
    [{ mix: "a:0.5" }, 'mix: "a:0.5" is not'],
    [{ mix: "a:1:2" }, 'mix: "a:1:2" is not'],
    [{ mix: "A:1" }, 'mix: "A:1" is not'],
    [{ mix: "a:9999999999999" }, "mix:"],
    [{ mix: "a:1,a:2" }, "mix names a twice; keep one of them"],
  ])("%j is refused: %s", (given, expected) => {
    expect(messageOf(given)).toContain(expected);
  });

  test("one error lists every problem and names the target", () => {
    const message = messageOf({ delayMs: -1, limit: "x", mix: "?", speed: 3, port: -5 });
    for (const name of ["demo: ", "delayMs", "limit", "mix", "speed", "port"]) {
      expect(message).toContain(name);
    }
  });
});
