import type { z } from "zod";
import { MAX_PROBLEMS } from "./limits.ts";

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

/** Edits (insert, delete, replace, swap with the next) from `a` to `b`: Damerau-Levenshtein. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let j = 1; j <= b.length; j++) (rows[0] as number[])[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + change);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(i - 2, j - 2) + 1);
      (rows[i] as number[])[j] = best;
    }
  }
  return at(a.length, b.length);
}

/** The known name nearest to a mistyped one, or undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.slice(0, 60).toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(lower, candidate.toLowerCase()) }))
    .filter(({ candidate }) => candidate !== name)
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate;
}

function plainMessage(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type" || !issue.message.startsWith("Invalid input")) {
    return issue.message;
  }
  const received = /received (\w+)/.exec(issue.message)?.[1] ?? "something else";
  if (issue.expected === "int" && received === "number") return "expected a whole number";
  const expected = issue.expected === "int" ? "a whole number" : issue.expected;
  return received === "undefined"
    ? `needed (${expected})`
    : `expected ${expected}, not ${received}`;
}

function issueProblems(issue: z.core.$ZodIssue, knownNames: readonly string[]): Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, MAX_PROBLEMS).map((key) => {
      const suggestion = nearest(key, knownNames);
      const hint = suggestion === undefined ? "" : `; did you mean "${suggestion}"?`;
      return { path: formatPath([...issue.path, key]), message: `unknown field${hint}` };
    });
  }
  if (issue.code === "invalid_key") {
    const reason = issue.issues[0]?.message ?? issue.message;
    return [{ path: formatPath(issue.path), message: reason }];
  }
  return [{ path: formatPath(issue.path), message: plainMessage(issue) }];
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

/** Zod's issues as problems, unknown fields one by one with the nearest of `knownNames`. */
export function zodProblems(error: z.ZodError, knownNames: readonly string[] = []): Problem[] {
  const issues = issuesOf(error).slice(0, MAX_PROBLEMS);
  return issues.flatMap((issue) => issueProblems(issue, knownNames));
}

/** The first of very many problems, and how many more there are. */
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
