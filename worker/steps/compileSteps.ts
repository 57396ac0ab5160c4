import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { Operation, Program, RunClock } from "../engine/operation.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { checkName } from "@onrush/shared/condition/stepChecks.ts";
import type { HttpTransport, TransportOptions } from "../protocols/http/httpRequest.ts";
import { RawTransport } from "../protocols/http/rawTransport.ts";
import { compileRequest, StepLanguage } from "./compileRequest.ts";

/** How the steps of a workload are to be carried out. */
export interface CompileOptions
  extends TransportOptions, Pick<Task, "transport" | "data" | "dataSeed" | "seed"> {}

async function httpTransport(options: CompileOptions, clock: RunClock): Promise<HttpTransport> {
  switch (options.transport) {
    // Everything a step can ask for today is HTTP/1.1, which the raw transport speaks.
    case "auto":
    case "raw":
      return new RawTransport(clock, options);
    case "undici": {
      // Loaded when a run asks for it: an engine thread without it is 25 MB smaller.
      const { UndiciTransport } = await import("../protocols/http/undiciTransport.ts");
      return new UndiciTransport(clock, options);
    }
  }
}

/** Only an answer can give what is to be extracted. */
function extracting(operation: Operation): Operation {
  return {
    perform(slot, done) {
      slot.hasExtracted = false;
      operation.perform(slot, done);
    },
  };
}

/** Compiles the steps of a workload to the operations that a program counter runs through. */
export async function compileSteps(
  steps: readonly Step[],
  clock: RunClock,
  options: CompileOptions,
): Promise<Program> {
  const http = await httpTransport(options, clock);
  const language = new StepLanguage(options);
  return {
    operations: steps.map((step) => {
      const operation = http.operation(compileRequest(step, language));
      return step.extract === undefined ? operation : extracting(operation);
    }),
    checks: steps.map((step) => (step.checks ?? []).map(checkName)),
    warmUp: (connections) => http.warmUp(connections),
    connections: () => http.connections,
    leave: (slot) => http.leave(slot),
    close: () => http.close(),
  };
}
