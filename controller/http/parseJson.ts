import { duplicateKeys } from "@onrush/shared/document/duplicateKeys.ts";
import {
  MAX_DEPTH,
  parseJsonText,
  placeAt,
  prototypeKeys,
} from "@onrush/shared/document/jsonText.ts";
import { boundedProblems } from "@onrush/shared/scenario/problems.ts";
import { badRequest } from "./httpProblem.ts";

/** Parses JSON text from outside; throws a 400 problem that says where it went wrong. */
export function parseJson(text: string): unknown {
  const parsed = parseJsonText(text);
  if (!parsed.ok) {
    const { what, position } = parsed;
    const { line, column } = placeAt(text, position);
    const where = `line ${line}, column ${column}`;
    if (what === "deep") {
      throw badRequest(`The JSON nests deeper than ${MAX_DEPTH} levels at ${where}.`);
    }
    const found = position < text.length ? JSON.stringify(text[position]) : "the end";
    throw badRequest(`The body is not JSON: unexpected ${found} at ${where}.`);
  }
  const forbidden = [...prototypeKeys(parsed.value), ...duplicateKeys(text)];
  if (forbidden.length > 0) {
    throw badRequest("The document is not valid.", boundedProblems(forbidden, forbidden.length));
  }
  return parsed.value;
}
