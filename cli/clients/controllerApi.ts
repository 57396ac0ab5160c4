import { problemSchema } from "@onrush/shared/api/problem.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { problemLines } from "../scenario/locatedProblem.ts";

export const DEFAULT_CONTROLLER = "http://127.0.0.1:8080";

/** The address of a controller: what the option says, else the environment; "" is none. */
export function controllerUrl(option: string | undefined): string | undefined {
  const url = option ?? process.env["ONRUSH_CONTROLLER"];
  if (url === undefined || url === "") return undefined;
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    const named = option === undefined ? "ONRUSH_CONTROLLER" : "--controller";
    const message = `${named} "${url}" is not an address: write ${DEFAULT_CONTROLLER}`;
    throw new CliError(message, EXIT.badScenario);
  }
  return url.replace(/\/+$/, "");
}

/** Asks a controller; throws CliError with what it answered when that is no success. */
export async function callController(
  base: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  let answer: Response;
  try {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.headers = { "content-type": "application/json" };
      init.body = JSON.stringify(body);
    }
    answer = await fetch(`${base}/api/v1${path}`, init);
  } catch {
    const message = `no controller answers at ${base}: start one with \`onrush up\`, or name another with --controller`;
    throw new CliError(message, EXIT.error);
  }
  const document: unknown = await answer.json().catch(() => null);
  if (answer.ok) return document;
  const problem = problemSchema.safeParse(document);
  const title = problem.success ? (problem.data.detail ?? problem.data.title) : answer.statusText;
  const errors = problem.success ? (problem.data.errors ?? []) : [];
  const code = answer.status === 400 ? EXIT.badScenario : EXIT.error;
  throw new CliError(
    [`${base} answered ${answer.status}: ${title}`, problemLines(errors)].join("\n").trim(),
    code,
  );
}
