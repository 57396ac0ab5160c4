import {
  type Answer,
  compileCondition,
  compileExtraction,
  needsBody,
} from "@onrush/shared/condition/evaluate.ts";
import type { Source } from "@onrush/shared/condition/parseCondition.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { StepDefaults } from "@onrush/shared/scenario/requestFields.ts";
import { type OutcomeDocument, outcomeRuleOf } from "@onrush/shared/condition/stepOutcomes.ts";
import { checkOf, sourceOf } from "@onrush/shared/condition/stepChecks.ts";
import { BODY_TOO_LARGE, CHECK, CONTENT_CODING, EXTRACT } from "../engine/operation.ts";
import type { Slot } from "../engine/slot.ts";
import {
  type Inspection,
  type ResponseCapture,
  CONTENT_ENCODING,
  SET_COOKIE,
} from "../protocols/http/responseCapture.ts";

/** Slots keep variables: longer values are not taken. */
const MAX_VARIABLE_CHARS = 16_384;

/** What is kept of a body. */
export const MAX_BODY_BYTES = 1_000_000;

interface CompiledCheck {
  /** The check's bit in `slot.checksPassed`. */
  bit: number;
  holds(answer: Answer): boolean;
}

interface Extraction {
  variable: number;
  take(answer: Answer): string | undefined;
}

/** The header that a source reads. */
function headerOf(source: Source): string[] {
  if (source.kind === "header") return [source.name];
  return source.kind === "cookie" ? [SET_COOKIE] : [];
}

/** Which of the conditions is the first to hold; -1 for none. */
function firstHolding(conditions: readonly ((answer: Answer) => boolean)[], answer: Answer) {
  for (let i = 0; i < conditions.length; i++) {
    if (conditions[i]?.(answer) === true) return i;
  }
  return -1;
}

/** A match is a window on the whole body, which must not live as long as the variable. */
function copying(take: Extraction["take"]): Extraction["take"] {
  return (answer) => {
    const value = take(answer);
    return value === undefined ? undefined : Buffer.from(value).toString();
  };
}

/** The names that answers to a step can have, in the order in which they are looked at. */
export function namedOutcomes(step: Step, defaults: StepDefaults): OutcomeDocument[] {
  return [...(step.outcomes ?? []), ...defaults.outcomes];
}

/** Everything that looks at the answers to a step; null when nothing does. */
export function compileInspection(
  step: Step,
  variableIndex: (name: string) => number,
  defaults: StepDefaults,
): Inspection | null {
  const rules = namedOutcomes(step, defaults).map(outcomeRuleOf);
  const checks = (step.checks ?? []).map(checkOf);
  const extract = Object.entries(step.extract ?? {}).map(
    ([name, text]) => [name, sourceOf(text)] as const,
  );
  if (checks.length + extract.length + rules.length === 0) return null;
  const sources: Source[] = [
    ...checks.map(({ condition }) => condition.source),
    ...extract.map(([, source]) => source),
    ...rules.map(({ condition }) => condition.source),
  ];
  const readsBody = sources.some(needsBody);
  const decodes = readsBody && (step.acceptEncoding ?? defaults.acceptEncoding) !== undefined;
  const headers = [...sources.flatMap(headerOf), ...(decodes ? [CONTENT_ENCODING] : [])];
  const compiled: CompiledCheck[] = checks.map(({ condition }, i) => ({
    bit: 1 << i,
    holds: compileCondition(condition),
  }));
  const outcomes = rules.map(({ condition }) => compileCondition(condition));
  const required = checks.reduce((bits, check, i) => bits | (check.failRequest ? 1 << i : 0), 0);
  const extractions: Extraction[] = extract.map(([name, source]) => ({
    variable: variableIndex(name),
    take: source.kind === "regex" ? copying(compileExtraction(source)) : compileExtraction(source),
  }));
  return {
    wants: {
      bodyLimit: readsBody ? MAX_BODY_BYTES : 0,
      headers: [...new Set(headers)],
      decodes,
    },
    inspect(slot: Slot, answer: ResponseCapture): void {
      answer.status = slot.status;
      answer.responseUs = slot.endUs - slot.dueUs;
      let passed = 0;
      for (const check of compiled) if (check.holds(answer)) passed |= check.bit;
      slot.checksPassed = passed;
      let isComplete = true;
      for (const { variable, take } of extractions) {
        const value = take(answer);
        if (value === undefined || value.length > MAX_VARIABLE_CHARS) isComplete = false;
        else slot.variables[variable] = value;
      }
      slot.hasExtracted = isComplete;
      const named = firstHolding(outcomes, answer);
      slot.namedOutcome = named;
      const hasFailed = (passed & required) !== required;
      if (!hasFailed && isComplete) return;
      // Its name says that this answer is as good as another.
      if (named >= 0 && rules[named]?.as !== "failed") return;
      if (answer.isCut) slot.error = BODY_TOO_LARGE;
      else if (answer.isMalformed) slot.error = CONTENT_CODING;
      else slot.error = hasFailed ? CHECK : EXTRACT;
    },
  };
}
