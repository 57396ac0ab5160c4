import { type Condition, parseCondition, parseSource, type Source } from "./parseCondition.ts";

/** Checks and extractions as steps have them. Without the schema, so that engines stay small. */

export type CheckDocument = string | { name: string; check: string; failRequest: boolean };

export const checkName = (check: CheckDocument) => (typeof check === "string" ? check : check.name);

export interface Check {
  name: string;
  condition: Condition;
  failRequest: boolean;
}

/** Throws RangeError for a text that validation would have refused. */
export function checkOf(document: CheckDocument): Check {
  const text = typeof document === "string" ? document : document.check;
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new RangeError(`column ${parsed.column}: ${parsed.message}`);
  const failRequest = typeof document === "string" || document.failRequest;
  return { name: checkName(document), condition: parsed.value, failRequest };
}

/** Throws RangeError for a text that validation would have refused. */
export function sourceOf(text: string): Source {
  const parsed = parseSource(text);
  if (!parsed.ok) throw new RangeError(`column ${parsed.column}: ${parsed.message}`);
  return parsed.value;
}
