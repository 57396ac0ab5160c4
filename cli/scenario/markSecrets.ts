import { formatPath } from "@onrush/shared/scenario/problems.ts";
import type { Substituted } from "./substitute.ts";

const secretName =
  /(?:^|_)(?:secrets?|tokens?|password|passwd|pass|pwd|(?:api_?)?keys?|credentials?|auth|private|session|cookie|jwt|bearer|signature)(?:_|$)/i;

/** Whether what a variable of this name holds must not be shown. */
export const isSecretName = (name: string): boolean => secretName.test(name);

/** The document with `secrets` for all that came from variables with such names. */
export function markSecrets(document: unknown, substituted: readonly Substituted[]): unknown {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return document;
  const marked = substituted
    .filter(({ names }) => names.some(isSecretName))
    .map(({ path }) => formatPath(path));
  if (marked.length === 0) return document;
  const own: unknown = "secrets" in document ? document.secrets : [];
  // What is no list is refused later, as it stands.
  return Array.isArray(own)
    ? { ...document, secrets: [...new Set([...own, ...marked])] }
    : document;
}

/** Shorter values would take words apart that merely contain them. */
const LEAST_LENGTH = 4;

/** A text without the values of variables that must not be shown, as they are or as JSON has them. */
export function hideValues(
  text: string,
  substituted: readonly Substituted[],
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const values = substituted
    .flatMap(({ names }) => names.filter(isSecretName))
    .flatMap((name) => variables[name] ?? [])
    .filter((value) => value.length >= LEAST_LENGTH);
  return values
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .reduce((shown, value) => shown.replaceAll(value, "***"), text);
}
