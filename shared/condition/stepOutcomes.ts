import { type Condition, parseCondition } from "./parseCondition.ts";

/** Answers with names of their own. Without the schema, so that engines stay small. */

export const outcomeKinds = ["ok", "failed", "neutral"] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

export interface OutcomeDocument {
  name: string;
  /** A condition, as checks have them. */
  when: string;
  as: OutcomeKind;
}

export interface OutcomeRule extends Omit<OutcomeDocument, "when"> {
  condition: Condition;
}

/** Throws RangeError for a text that validation would have refused. */
export function outcomeRuleOf({ name, when, as }: OutcomeDocument): OutcomeRule {
  const parsed = parseCondition(when);
  if (!parsed.ok) throw new RangeError(`column ${parsed.column}: ${parsed.message}`);
  return { name, as, condition: parsed.value };
}
