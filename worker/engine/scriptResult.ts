import { stepsOf } from "@onrush/shared/flow/flow.ts";
import { MAX_LISTED, MAX_VARIABLES_LENGTH, type ScriptResult } from "@onrush/shared/wire/script.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { RequestResult } from "../metrics/dueSecond.ts";
import { Recorder } from "../metrics/recorder.ts";
import type { Program } from "./operation.ts";
import type { Slot } from "./slot.ts";

/** Setup and teardown are few requests: each is noted, and none is counted to the load. */
export class StepLog extends Recorder {
  readonly results: RequestResult[] = [];

  override request(result: RequestResult): void {
    this.results.push({ ...result });
  }
}

/** The same program, for one user whose variables are what it is there for. */
export const scriptProgram = (program: Program): Program => ({
  ...program,
  keptVariables: Infinity,
});

/** What became of setup or teardown, when its one iteration has ended. */
export function scriptResult(
  task: Pick<Task, "steps">,
  program: Program,
  { results }: StepLog,
  slot: Slot,
): ScriptResult {
  const names = stepsOf(task.steps).map(({ name }) => name);
  const steps = results.slice(0, MAX_LISTED).map((one) => ({
    name: names[one.step] ?? "",
    ok: one.outcome !== "failed" && one.outcome !== "interrupted",
    ...{ status: one.status, error: one.error },
    ms: Math.max(0, one.endUs - Math.max(one.sentUs, one.beganUs)) / 1000,
  }));
  const reason = failureOf(program, results, slot, names);
  const requests = results.length;
  if (reason !== "") return { ok: false, reason, variables: {}, requests, steps };
  const values = program.variables.flatMap((name, i) => {
    const value = slot.variables[i];
    return value === undefined ? [] : [[name, value] as const];
  });
  const length = values.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (length > MAX_VARIABLES_LENGTH) {
    const told = `extracts ${length} characters; at most ${MAX_VARIABLES_LENGTH}`;
    return { ok: false, reason: told, variables: {}, requests, steps };
  }
  return { ok: true, reason, variables: Object.fromEntries(values), requests, steps };
}

/** Empty when all went well. */
function failureOf(
  { flow }: Program,
  results: readonly RequestResult[],
  slot: Slot,
  names: readonly string[],
): string {
  const failed = results.find(
    ({ outcome, step }) => outcome === "failed" && flow?.endings[step] !== "never",
  );
  if (failed !== undefined) {
    const { error, status, step } = failed;
    const answer = status === 0 ? "" : `status ${status}`;
    const why = [error, answer].filter((part) => part !== "").join(", ");
    return `step "${names[step] ?? ""}": ${why}`;
  }
  if (!slot.iterationInterrupted) return "";
  return "its worker has heard of no controller for too long, and sends nothing more";
}
