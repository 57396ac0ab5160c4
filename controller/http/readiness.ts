import type { Problem } from "@onrush/shared/scenario/problems.ts";
import type { Logger } from "../platform/logger.ts";
import { HttpProblem } from "./httpProblem.ts";

/** Names of what must answer before the controller is ready. */
export type ReadinessChecks = Record<string, () => Promise<void>>;

/** How long a part may take to answer. */
export const CHECK_LIMIT_MS = 2_000;
const ASK_AGAIN_SECONDS = "5";

export async function within<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is missing, without the internals of the failure (those are logged). */
export async function missing(
  name: string,
  check: () => Promise<unknown>,
  logger: Logger,
): Promise<Problem[]> {
  try {
    await within(CHECK_LIMIT_MS, check());
    return [];
  } catch (error) {
    logger.warn({ err: error, check: name }, "not ready");
    return [{ path: name, message: "does not answer" }];
  }
}

/** By the names of their checks, as people know them and as they are set. */
export type PartNames = Readonly<Record<string, { name: string; setting: string }>>;

/**
 * Why a request failed that nothing is wrong with: a part that the controller needs is away.
 * Undefined when all of them answer.
 */
export async function outage(
  checks: ReadinessChecks,
  parts: PartNames,
  logger: Logger,
): Promise<HttpProblem | undefined> {
  const found = await Promise.all(
    Object.entries(checks).map(([name, check]) => missing(name, check, logger)),
  );
  const problems = found.flat();
  if (problems.length === 0) return undefined;
  const away = problems.map(({ path }) => {
    const part = parts[path];
    return part === undefined
      ? `${path} does not answer`
      : `${part.name} does not answer (${part.setting})`;
  });
  const detail = `${away.join(", ")}: bring it back, then ask again. Load that is under way goes on.`;
  return new HttpProblem(503, detail, problems, { "Retry-After": ASK_AGAIN_SECONDS });
}
