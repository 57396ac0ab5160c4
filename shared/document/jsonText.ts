import { formatPath, type Problem } from "../scenario/problems.ts";

/** Deeper documents are refused before anything recursive sees them. */
export const MAX_DEPTH = 64;

/** A place in a text, both numbers from 1. */
export interface Place {
  line: number;
  column: number;
}

export type JsonText =
  { ok: true; value: unknown } | { ok: false; what: "deep" | "syntax"; position: number };

export function placeAt(text: string, position: number): Place {
  const before = text.slice(0, position);
  return { line: before.split("\n").length, column: position - before.lastIndexOf("\n") };
}

/** Where brackets nest deeper than allowed, or -1. */
function tooDeepAt(text: string): number {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "[" || char === "{") {
      depth++;
      if (depth > MAX_DEPTH) return i;
    } else if (char === "]" || char === "}") depth--;
  }
  return -1;
}

/** True when the text is wrong as it stands and no continuation could make it JSON. */
function isBroken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    const message = String(error);
    if (message.includes("end of JSON") || message.includes("Unterminated")) return false;
    const position = /at position (\d+)/.exec(message)?.[1];
    return position === undefined || Number(position) < text.length;
  }
}

/** Position of a syntax error; V8 does not always tell, so find the shortest broken prefix. */
function errorPosition(text: string, message: string): number {
  const told = /at position (\d+)/.exec(message)?.[1];
  if (told !== undefined) return Number(told);
  if (!isBroken(text)) return text.length;
  let good = 0;
  let broken = text.length;
  while (broken - good > 1) {
    const middle = (good + broken) >> 1;
    if (isBroken(text.slice(0, middle))) broken = middle;
    else good = middle;
  }
  return good;
}

/** Parses JSON from outside, or tells where it goes wrong. */
export function parseJsonText(text: string): JsonText {
  const deep = tooDeepAt(text);
  if (deep >= 0) return { ok: false, what: "deep", position: deep };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, what: "syntax", position: errorPosition(text, String(error)) };
  }
}

/** Keys that could reach an object's prototype when someone merges the document carelessly. */
export function prototypeKeys(document: unknown): Problem[] {
  const problems: Problem[] = [];
  // One path for all: documents may have tens of thousands of keys.
  const path: PropertyKey[] = [];
  function visit(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    const isList = Array.isArray(value);
    for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
      path.push(isList ? Number(key) : key);
      if (!isList && reachesPrototype(key, inner)) {
        problems.push({ path: formatPath(path), message: "this key is not allowed" });
      }
      visit(inner);
      path.pop();
    }
  }
  visit(document);
  return problems;
}

const reachesPrototype = (key: string, inner: unknown): boolean =>
  key === "__proto__" ||
  (key === "constructor" &&
    typeof inner === "object" &&
    inner !== null &&
    Object.hasOwn(inner, "prototype"));
