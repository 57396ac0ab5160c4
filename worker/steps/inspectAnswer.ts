import {
  type Answer,
  compileCondition,
  compileExtraction,
  needsBody,
} from "@onrush/shared/condition/evaluate.ts";
import type { Source } from "@onrush/shared/condition/parseCondition.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import { checkOf, sourceOf } from "@onrush/shared/condition/stepChecks.ts";
import { BODY_TOO_LARGE, CHECK, EXTRACT } from "../engine/operation.ts";
import type { Slot } from "../engine/slot.ts";
import type { Inspection, ResponseCapture } from "../protocols/http/responseCapture.ts";

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

/** A match is a window on the whole body, which must not live as long as the variable. */
function copying(take: Extraction["take"]): Extraction["take"] {
  return (answer) => {
    const value = take(answer);
    return value === undefined ? undefined : Buffer.from(value).toString();
  };
}

/** The checks and extractions of a step; null when it has none. */
export function compileInspection(
  step: Step,
  variableIndex: (name: string) => number,
): Inspection | null {
  const checks = (step.checks ?? []).map(checkOf);
  const extract = Object.entries(step.extract ?? {}).map(
    ([name, text]) => [name, sourceOf(text)] as const,
  );
  if (checks.length === 0 && extract.length === 0) return null;
  const sources: Source[] = [
    ...checks.map(({ condition }) => condition.source),
    ...extract.map(([, source]) => source),
  ];
  const readsBody = sources.some(needsBody);
  const headers = sources.flatMap((source) => (source.kind === "header" ? [source.name] : []));
  const compiled: CompiledCheck[] = checks.map(({ condition }, i) => ({
    bit: 1 << i,
    holds: compileCondition(condition),
  }));
  const required = checks.reduce((bits, check, i) => bits | (check.failRequest ? 1 << i : 0), 0);
  const extractions: Extraction[] = extract.map(([name, source]) => ({
    variable: variableIndex(name),
    take: source.kind === "regex" ? copying(compileExtraction(source)) : compileExtraction(source),
  }));
  return {
    wants: { bodyLimit: readsBody ? MAX_BODY_BYTES : 0, headers: [...new Set(headers)] },
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
      const hasFailed = (passed & required) !== required;
      if (!hasFailed && isComplete) return;
      if (answer.isCut) slot.error = BODY_TOO_LARGE;
      else slot.error = hasFailed ? CHECK : EXTRACT;
    },
  };
}
