import { describe, expect, test } from "vitest";
import { z } from "zod";
import { nearest } from "./nearest.ts";
import { zodProblems } from "./problems.ts";

const schema = z.strictObject({
  text: z.string().max(3).optional(),
  number: z.number().optional(),
  whole: z.int().min(1).optional(),
  flag: z.boolean().optional(),
  list: z.array(z.string()).min(1).max(2).optional(),
  record: z.record(z.string(), z.string()).optional(),
  plain: z.enum(["GET", "POST"]).optional(),
  told: z.enum(["drop", "queue"], { error: 'told is "drop" or "queue"' }).optional(),
  union: z
    .discriminatedUnion(
      "type",
      [z.object({ type: z.literal("VUS") }), z.object({ type: z.literal("RAMP") })],
      {
        error: "type is one of VUS, RAMP",
      },
    )
    .optional(),
});

const message = (document: Record<string, unknown>) => {
  const parsed = schema.safeParse(document);
  if (parsed.success) return undefined;
  return zodProblems(parsed.error, document, ["number", "durationSeconds"])
    .map((p) => p.message)
    .join();
};

describe("a value of the wrong kind is told what to write", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ number: "5" }, "expected a number, not a text; write 5 without quotes"],
    [{ number: "007" }, "expected a number, not a text"],
    [{ number: "10s" }, "expected a number, not a text; write 10: times are numbers of seconds"],
    [{ number: "fast" }, "expected a number, not a text"],
    [{ number: null }, "expected a number, not null"],
    [{ number: Infinity }, "expected a number, not a number beyond all limits"],
    [{ whole: 1.5 }, "expected a whole number"],
    [{ whole: 0 }, "at least 1"],
    [{ flag: "no" }, "expected true or false, not a text; write false"],
    [{ flag: "Yes" }, "expected true or false, not a text; write true"],
    [{ text: 7 }, 'expected a text, not a number; write "7" in quotes'],
    [{ text: "long" }, "at most 3 characters"],
    [{ list: {} }, "expected a list, not an object"],
    [{ list: [] }, "at least 1 of them"],
    [{ list: ["a", "b", "c"] }, "at most 2 of them"],
    [{ record: [] }, "expected an object, not a list"],
    [{ plain: "get" }, 'expected one of "GET", "POST"; did you mean "GET"?'],
    [{ plain: "DELETE" }, 'expected one of "GET", "POST"'],
    [{ told: "dropp" }, 'told is "drop" or "queue"; did you mean "drop"?'],
    [{ told: 1 }, 'told is "drop" or "queue"'],
    [{ union: { type: "rmap" } }, 'type is one of VUS, RAMP; did you mean "RAMP"?'],
    [{ numbr: 1 }, 'unknown field; did you mean "number"?'],
    [{ duration: 1 }, 'unknown field; did you mean "durationSeconds"?'],
    [{ durationSeconds: 1 }, "unknown field here; it belongs to another place or type"],
    [{ zzz: 1 }, "unknown field"],
  ])("%j: %s", (document, expected) => {
    expect(message(document)).toBe(expected);
  });
});

test("a name is near to what it begins, and not to itself", () => {
  expect(nearest("requ", ["request", "requestSeconds"])).toBe("request");
  expect(nearest("request", ["request", "requestSeconds"])).toBe("requestSeconds");
  expect(nearest("req", ["requestSeconds"])).toBeUndefined();
});
