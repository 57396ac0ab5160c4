import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import { beyondRaw, plainHttp } from "@onrush/shared/scenario/http.ts";
import type { Program, RunClock } from "../engine/operation.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type {
  HttpRequest,
  HttpTransport,
  TransportOptions,
} from "../protocols/http/httpRequest.ts";
import { RawTransport } from "../protocols/http/rawTransport.ts";

const encoder = new TextEncoder();

/** The request of a step; a JSON body gets its content type unless the step names one. */
export function httpRequest(step: Step): HttpRequest {
  const { method, url, body } = step;
  if (body === undefined) return { method, url, headers: step.headers, body: null };
  if (typeof body === "string") {
    return { method, url, headers: step.headers, body: encoder.encode(body) };
  }
  const named = Object.keys(step.headers).some((name) => name.toLowerCase() === "content-type");
  const headers = named ? step.headers : { "content-type": "application/json", ...step.headers };
  return { method, url, headers, body: encoder.encode(JSON.stringify(body)) };
}

/** How the steps of a workload are to be carried out. */
export interface CompileOptions extends TransportOptions {
  transport: Task["transport"];
}

async function httpTransport(options: CompileOptions, clock: RunClock): Promise<HttpTransport> {
  const { transport, http = plainHttp } = options;
  const isRaw = transport === "raw" || (transport === "auto" && beyondRaw(http).length === 0);
  if (isRaw) return new RawTransport(clock, options);
  // Loaded when a run asks for it: an engine thread without it is 25 MB smaller.
  const { UndiciTransport } = await import("../protocols/http/undiciTransport.ts");
  const undici = new UndiciTransport(clock, options);
  if (http.maxRedirects === 0) return undici;
  const { RedirectingTransport } = await import("../protocols/http/redirectingTransport.ts");
  return new RedirectingTransport(undici, http);
}

/** Compiles the steps of a workload to the operations that a program counter runs through. */
export async function compileSteps(
  steps: readonly Step[],
  clock: RunClock,
  options: CompileOptions,
): Promise<Program> {
  const http = await httpTransport(options, clock);
  return {
    operations: steps.map((step) => http.operation(httpRequest(step))),
    warmUp: (connections) => http.warmUp(connections),
    connections: () => http.connections,
    leave: (slot) => http.leave(slot),
    close: () => http.close(),
  };
}
