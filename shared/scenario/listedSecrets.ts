import { isInResults } from "./places.ts";
import { formatPath, type Problem } from "./problems.ts";
import { mapStrings, type Path } from "./secrets.ts";

const advice = (path: Path) =>
  path.includes("checks") || path.at(-1) === "check"
    ? 'give the check a name without it: {"name", "check"}'
    : "write something else";

/**
 * Listed secrets that cannot be kept: those that are nowhere in the document, as nothing would be
 * hidden by them, and those that results show.
 */
export function secretsProblems(document: unknown): Problem[] {
  if (typeof document !== "object" || document === null || !("secrets" in document)) return [];
  const { secrets } = document;
  if (!Array.isArray(secrets)) return [];
  const texts = new Map<unknown, Path>();
  mapStrings(document, [], (value, path) => {
    texts.set(formatPath(path), path);
    return value;
  });
  return secrets.flatMap((listed: unknown, i) => {
    if (typeof listed !== "string") return [];
    const path = texts.get(listed);
    if (path === undefined) {
      return [{ path: `secrets[${i}]`, message: `there is no text at "${listed}"` }];
    }
    if (!isInResults(path)) return [];
    const message = `this is secret, and results show it: ${advice(path)}`;
    return [{ path: listed, message }];
  });
}
