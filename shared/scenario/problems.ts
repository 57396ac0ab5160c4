import type { z } from "zod";
import { issueMessage } from "./issueMessage.ts";
import { MAX_PROBLEMS } from "./limits.ts";
import { nearest } from "./nearest.ts";

export { nearest };

/** One thing wrong with a document: where (`loadProfile.bursts[1].rps`) and what to do about it. */
export interface Problem {
  path: string;
  message: string;
}

export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

function unknownField(key: string, knownNames: readonly string[]): string {
  if (knownNames.includes(key)) {
    const longer = knownNames.find((name) => name !== key && name.startsWith(key));
    const hint = longer === undefined ? "" : `, or did you mean "${longer}"?`;
    return `unknown field here; it belongs to another place or type${hint}`;
  }
  const suggestion = nearest(key, knownNames);
  return suggestion === undefined
    ? "unknown field"
    : `unknown field; did you mean "${suggestion}"?`;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    document,
  );
}

function issueProblems(
  issue: z.core.$ZodIssue,
  document: unknown,
  knownNames: readonly string[],
): Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, MAX_PROBLEMS).map((key) => ({
      path: formatPath([...issue.path, key]),
      message: unknownField(key, knownNames),
    }));
  }
  if (issue.code === "invalid_key") {
    const reason = issue.issues[0]?.message ?? issue.message;
    return [{ path: formatPath(issue.path), message: reason }];
  }
  const message = issueMessage(issue, valueAt(document, issue.path));
  return [{ path: formatPath(issue.path), message }];
}

const unknownFields = (issues: readonly z.core.$ZodIssue[]) =>
  issues.reduce(
    (sum, { code, path, ...rest }) =>
      sum +
      (code === "unrecognized_keys" && path.length === 0 && "keys" in rest ? rest.keys.length : 0),
    0,
  );

/**
 * What may have one of several forms was meant in the one that knows most of its fields, the first
 * of these; unless the forms have a message in common, its problems are told.
 */
function meantIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || !issue.message.startsWith("Invalid input")) return [issue];
  const [first, ...others] = issue.errors;
  if (first === undefined) return [issue];
  const meant = others.reduce(
    (best, one) => (unknownFields(one) < unknownFields(best) ? one : best),
    first,
  );
  return meant
    .flatMap(meantIssues)
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

const issuesOf = (error: z.ZodError) => error.issues.flatMap(meantIssues);

/**
 * Zod's issues with a document as problems, unknown fields one by one with the nearest of
 * `knownNames`.
 */
export function zodProblems(
  error: z.ZodError,
  document: unknown,
  knownNames: readonly string[] = [],
): Problem[] {
  const problems: Problem[] = [];
  for (const issue of issuesOf(error)) {
    if (problems.length >= MAX_PROBLEMS) break;
    problems.push(...issueProblems(issue, document, knownNames));
  }
  return problems;
}

/** The first of very many problems, and how many more were found. */
export function boundedProblems(problems: readonly Problem[], total: number): Problem[] {
  if (total <= MAX_PROBLEMS) return [...problems];
  const more = `and ${total - MAX_PROBLEMS} more problems`;
  return [...problems.slice(0, MAX_PROBLEMS), { path: "", message: more }];
}

/** How many problems zod found, unknown fields one by one. */
export function countIssues(error: z.ZodError): number {
  return issuesOf(error).reduce(
    (sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1),
    0,
  );
}
