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

/** Who keeps a variable: the iteration, or the user from one iteration to the next. */
export type VariableScope = "iteration" | "virtualUser";

export type ExtractionDocument = string | { from: string; scope: VariableScope };

export const scopeOf = (extraction: ExtractionDocument): VariableScope =>
  typeof extraction === "string" ? "iteration" : extraction.scope;

/** Throws RangeError for a text that validation would have refused. */
export function sourceOf(extraction: ExtractionDocument): Source {
  const parsed = parseSource(typeof extraction === "string" ? extraction : extraction.from);
  if (!parsed.ok) throw new RangeError(`column ${parsed.column}: ${parsed.message}`);
  return parsed.value;
}

/** Names of the variables that users keep. */
export function userVariablesOf(
  steps: readonly { extract?: Readonly<Record<string, ExtractionDocument>> | undefined }[],
): string[] {
  const names = steps.flatMap(({ extract = {} }) =>
    Object.entries(extract).flatMap(([name, one]) =>
      scopeOf(one) === "virtualUser" ? [name] : [],
    ),
  );
  return [...new Set(names)];
}
