import { setTimeout as pause } from "node:timers/promises";
import { problemSchema } from "@onrush/shared/api/problem.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { problemLines } from "../scenario/locatedProblem.ts";
import { withScheme } from "./withScheme.ts";
import { whenItMay } from "./whenItMay.ts";

export const DEFAULT_CONTROLLER = "http://127.0.0.1:8080";

/** The address of a controller: what the option says, else the environment; "" is none. */
export function controllerUrl(option: string | undefined): string | undefined {
  const given = option ?? process.env["ONRUSH_CONTROLLER"];
  if (given === undefined || given === "") return undefined;
  const url = withScheme(given);
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    const named = option === undefined ? "ONRUSH_CONTROLLER" : "--controller";
    const message = `${named} "${url}" is not an address: write ${DEFAULT_CONTROLLER}`;
    throw new CliError(message, EXIT.badScenario);
  }
  return url.replace(/\/+$/, "");
}

/** No controller answered, or only a proxy before it: it may be back in a moment. */
export class UnreachableError extends CliError {
  constructor(message: string) {
    super(message, EXIT.error);
  }
}

const noRoute: ReadonlySet<number> = new Set([400, 404, 405, 501]);
const gatewayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

const noController = (base: string, how: string) =>
  new CliError(
    `what answers at ${base} is no Onrush controller, or one of another version (${how}): name yours with --controller`,
    EXIT.error,
  );

interface AskOptions {
  body?: unknown;
  /** When to wait no longer: as if nothing had answered. */
  signal?: AbortSignal | null;
}

/** A schema, of whatever library. */
interface Shape<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/** Asks a controller for what `schema` says; throws CliError where something else answers. */
export async function askController<T>(
  schema: Shape<T>,
  base: string,
  method: string,
  path: string,
  options: AskOptions = {},
): Promise<T> {
  const parsed = schema.safeParse(await callController(base, method, path, options));
  if (parsed.success) return parsed.data;
  throw noController(base, `it answered ${method} /api/v1${path} with something else`);
}

/** Asks a controller; throws CliError with what it answered when that is no success. */
export async function callController(
  base: string,
  method: string,
  path: string,
  { body, signal = null }: AskOptions = {},
): Promise<unknown> {
  const init: RequestInit = { method, signal };
  if (body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  return documentOf(base, await ask(base, path, init));
}

/**
 * Sends a file that a scenario names, unless the controller has it already. One that has too many
 * uploads says when to come back, and is asked again then.
 */
export async function uploadFile(base: string, sha256: string, bytes: Uint8Array): Promise<void> {
  const path = `/files/${sha256}`;
  const send = (init: RequestInit) => whenItMay(() => ask(base, path, init), { pause });
  const known = await send({ method: "HEAD" });
  await known.body?.cancel();
  if (known.ok) return;
  const headers = { "content-type": "application/octet-stream" };
  await documentOf(base, await send({ method: "PUT", headers, body: bytes.slice() }));
}

async function ask(base: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${base}/api/v1${path}`, init);
  } catch {
    const message = `no controller answers at ${base}: start one with \`onrush up\`, or name another with --controller`;
    throw new UnreachableError(message);
  }
}

async function documentOf(base: string, answer: Response): Promise<unknown> {
  const document: unknown = await answer.json().catch((error: unknown) => {
    if (error instanceof SyntaxError) return null;
    throw new UnreachableError(`the answer of ${base} broke off`);
  });
  if (answer.ok) return document;
  const problem = problemSchema.safeParse(document);
  // A controller says what is wrong in its own words.
  if (!problem.success && noRoute.has(answer.status)) {
    throw noController(base, `it answered ${answer.status} ${answer.statusText}`.trim());
  }
  const title = problem.success ? (problem.data.detail ?? problem.data.title) : answer.statusText;
  const errors = problem.success ? (problem.data.errors ?? []) : [];
  const code = answer.status === 400 ? EXIT.badScenario : EXIT.error;
  const text = [`${base} answered ${answer.status}: ${title}`, problemLines(errors)];
  const message = text.join("\n").trim();
  if (gatewayStatuses.has(answer.status)) throw new UnreachableError(message);
  throw new CliError(message, code);
}
