import { formatPath, type Problem } from "@onrush/shared/scenario/problems.ts";
import { badRequest } from "./httpProblem.ts";

/** Deeper documents are refused before anything recursive sees them. */
const MAX_DEPTH = 64;

function place(text: string, position: number): string {
  const before = text.slice(0, position);
  const line = before.split("\n").length;
  return `line ${line}, column ${position - before.lastIndexOf("\n")}`;
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

/** Keys that could reach an object's prototype when someone merges the document carelessly. */
function prototypeKeys(value: unknown, path: readonly PropertyKey[]): Problem[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => prototypeKeys(item, [...path, i]));
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, key];
    const reaches =
      key === "__proto__" ||
      (key === "constructor" &&
        typeof inner === "object" &&
        inner !== null &&
        Object.hasOwn(inner, "prototype"));
    const own = reaches ? [{ path: formatPath(at), message: "this key is not allowed" }] : [];
    return [...own, ...prototypeKeys(inner, at)];
  });
}

/** Parses JSON text from outside; throws a 400 problem that says where it went wrong. */
export function parseJson(text: string): unknown {
  const deep = tooDeepAt(text);
  if (deep >= 0) {
    const where = place(text, deep);
    throw badRequest(`The JSON nests deeper than ${MAX_DEPTH} levels at ${where}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = errorPosition(text, String(error));
    const found = position < text.length ? JSON.stringify(text[position]) : "the end";
    throw badRequest(`The body is not JSON: unexpected ${found} at ${place(text, position)}.`);
  }
  const forbidden = prototypeKeys(value, []);
  if (forbidden.length > 0) throw badRequest("The document is not valid.", forbidden);
  return value;
}
