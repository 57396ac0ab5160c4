import type { z } from "zod";
import { nearest } from "./nearest.ts";

/** What zod says of a value, in words that tell what to write instead. */

const kinds: Record<string, string> = {
  ...{ string: "a text", number: "a number", boolean: "true or false", int: "a whole number" },
  ...{ object: "an object", record: "an object", array: "a list", null: "null", NaN: "NaN" },
  Infinity: "a number beyond all limits",
};
const kindOf = (name: string) => kinds[name] ?? name;

/** What a text was meant to be, where it shows. */
function textHint(expected: string, value: string): string {
  const text = value.trim();
  if (expected === "boolean" && /^(?:yes|on|true)$/i.test(text)) return "; write true";
  if (expected === "boolean" && /^(?:no|off|false)$/i.test(text)) return "; write false";
  if (expected !== "number" && expected !== "int") return "";
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return `; write ${text} without quotes`;
  const seconds = /^(\d+(?:\.\d+)?) ?s$/.exec(text)?.[1];
  return seconds === undefined ? "" : `; write ${seconds}: times are numbers of seconds`;
}

function typeMessage(issue: z.core.$ZodIssueInvalidType, value: unknown): string {
  const received = /received (\w+)/.exec(issue.message)?.[1] ?? "something else";
  const { expected } = issue;
  if (received === "undefined") return `needed (${kindOf(expected)})`;
  if (expected === "int" && received === "number") return "expected a whole number";
  const isPlain = typeof value === "number" || typeof value === "boolean";
  const hint =
    typeof value === "string"
      ? textHint(expected, value)
      : expected === "string" && isPlain
        ? `; write "${value}" in quotes`
        : "";
  return `expected ${kindOf(expected)}, not ${kindOf(received)}${hint}`;
}

/** Words that a message offers: quoted ones, and names in capitals. */
function offered(message: string): string[] {
  return [...message.matchAll(/"([^"]+)"|\b([A-Z][A-Z_]{2,})\b/g)].map(
    ([, quoted, name]) => quoted ?? name ?? "",
  );
}

/** A mistyped word, and the one of a message's own words it is nearest to. */
function withSuggestion(message: string, value: unknown): string {
  if (typeof value !== "string") return message;
  const near = nearest(value, offered(message));
  return near === undefined ? message : `${message}; did you mean "${near}"?`;
}

const sizeUnits: Record<string, string> = { string: " characters", array: " of them" };

export function issueMessage(issue: z.core.$ZodIssue, value: unknown): string {
  const { message } = issue;
  switch (issue.code) {
    case "invalid_type":
      return message.startsWith("Invalid input") ? typeMessage(issue, value) : message;
    case "too_big":
      if (!message.startsWith("Too big")) return message;
      return `at most ${issue.maximum.toLocaleString("en")}${sizeUnits[issue.origin] ?? ""}`;
    case "too_small":
      if (!message.startsWith("Too small")) return message;
      return `at least ${issue.minimum.toLocaleString("en")}${sizeUnits[issue.origin] ?? ""}`;
    case "invalid_value": {
      const values = issue.values.map((one) => JSON.stringify(one));
      const own = message.startsWith("Invalid") ? `expected one of ${values.join(", ")}` : message;
      return withSuggestion(own, value);
    }
    case "invalid_union":
      // Of a union that is told apart by one field, the path ends there.
      return withSuggestion(message, value);
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others say it themselves
    default:
      return message;
  }
}
