import { compileFlow, type FlowDefaults } from "@onrush/shared/flow/compileFlow.ts";
import { stepsOf } from "@onrush/shared/flow/flow.ts";
import type { FlowElement } from "@onrush/shared/scenario/scenarioSchema.ts";
import { beyondRaw, plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import type { LoadedFiles } from "../engine/engineMessages.ts";
import type { Operation, Program, RunClock } from "../engine/operation.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { checkName, userVariablesOf } from "@onrush/shared/condition/stepChecks.ts";
import type { JarOwner } from "../protocols/http/cookieTransport.ts";
import type { HttpTransport, SentWatch, TransportOptions } from "../protocols/http/httpRequest.ts";
import { RawTransport } from "../protocols/http/rawTransport.ts";
import { compileRequest } from "./compileRequest.ts";
import { namedOutcomes } from "./inspectAnswer.ts";
import { StepLanguage } from "./stepLanguage.ts";

/** How the steps of a workload are to be carried out. */
export interface CompileOptions
  extends
    TransportOptions,
    FlowDefaults,
    Pick<Task, "transport" | "data" | "dataSeed" | "seed" | "defaults"> {
  /** Whose the cookies of answers are; nobody keeps them where it is not said. */
  cookies?: JarOwner | undefined;
  files: LoadedFiles;
  constants?: Task["constants"] | undefined;
  watch?: ProgramWatch | undefined;
}

/** Sees everything that goes over the wire; there is none on the way of a run. */
export interface ProgramWatch {
  sent: SentWatch;
  /** Stands over the transport that sends, below cookies and redirects: it sees every hop. */
  over(transport: HttpTransport): HttpTransport;
  /** What the steps were compiled in. */
  compiled(language: StepLanguage): void;
}

async function httpTransport(options: CompileOptions, clock: RunClock): Promise<HttpTransport> {
  const sending = await plainTransport({ ...options, sent: options.watch?.sent }, clock);
  const plain = options.watch?.over(sending) ?? sending;
  const { http = plainHttp } = options;
  const transport =
    options.cookies === undefined ? plain : await withCookies(plain, options.cookies);
  if (http.maxRedirects === 0) return transport;
  const { RedirectingTransport } = await import("../protocols/http/redirectingTransport.ts");
  return new RedirectingTransport(transport, http, clock);
}

/** Loaded when a run asks for it, as others are: what is not needed takes no memory. */
async function withCookies(transport: HttpTransport, owner: JarOwner): Promise<HttpTransport> {
  const { CookieTransport } = await import("../protocols/http/cookieTransport.ts");
  return new CookieTransport(transport, owner);
}

async function plainTransport(options: CompileOptions, clock: RunClock): Promise<HttpTransport> {
  const { transport, http = plainHttp } = options;
  const isRaw = transport === "raw" || (transport === "auto" && beyondRaw(http).length === 0);
  if (isRaw) return new RawTransport(clock, options);
  // Loaded when a run asks for it: an engine thread without it is 25 MB smaller.
  const { UndiciTransport } = await import("../protocols/http/undiciTransport.ts");
  return new UndiciTransport(clock, options);
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
  flow: readonly FlowElement[],
  clock: RunClock,
  options: CompileOptions,
): Promise<Program> {
  const http = await httpTransport(options, clock);
  const language = new StepLanguage(options);
  const steps = stepsOf(flow);
  const kept = userVariablesOf(steps);
  for (const name of kept) language.variable(name);
  const operations = steps.map((step) => {
    const operation = http.operation(compileRequest(step, language, options.defaults));
    return step.extract === undefined ? operation : extracting(operation);
  });
  options.watch?.compiled(language);
  return {
    operations,
    variables: language.variables,
    flow: compileFlow(flow, options),
    keptVariables: kept.length,
    checks: steps.map((step) => (step.checks ?? []).map(checkName)),
    outcomes: steps.map((step) => namedOutcomes(step, options.defaults)),
    warmUp: (connections) => http.warmUp(connections),
    connections: () => http.connections,
    leave: (slot) => http.leave(slot),
    close: () => http.close(),
  };
}
