import { formatPath, nearest, type Problem } from "@onrush/shared/scenario/problems.ts";

/** What took the place of `${NAME}` in one string of a document. */
export interface Substituted {
  path: readonly (string | number)[];
  /** The names whose values are in it now. */
  names: readonly string[];
  /** The string was nothing but one `${…}`. */
  whole: boolean;
}

export interface Substitution {
  value: unknown;
  problems: Problem[];
  substituted: Substituted[];
}

// An escape, a complete one, or one that has gone wrong.
const expression = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{([^}\n]{0,40}\}?)/g;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * `${NAME}` and `${NAME:-default}` in every string of a document, `$${` for a literal `${`. As in a
 * shell the default stands in for an empty value, too.
 */
export function substitute(document: unknown, variables: Variables): Substitution {
  const problems: Problem[] = [];
  const substituted: Substituted[] = [];
  const known = Object.keys(variables);

  function inString(text: string, path: readonly (string | number)[]): string {
    const names: string[] = [];
    const result = text.replaceAll(expression, (all, name?: string, other?: string) => {
      if (all === "$${") return "${";
      const at = formatPath(path);
      if (name === undefined) {
        const message = `"${all}" is no variable: write \${NAME} or \${NAME:-default}, or $\${ for the characters themselves`;
        problems.push({ path: at, message });
        return all;
      }
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      names.push(name);
      if (value === undefined && other === undefined) {
        const near = nearest(name, known);
        const hint = near === undefined ? "" : ` (there is ${near})`;
        const message = `the variable ${name} is not set${hint}: set it, pass -e ${name}=…, or write \${${name}:-default}`;
        problems.push({ path: at, message });
        return all;
      }
      return other !== undefined && (value === undefined || value === "") ? other : (value ?? "");
    });
    const whole = names.length === 1 && /^\$\{[^}]*\}$/.test(text);
    if (names.length > 0) substituted.push({ path, names, whole });
    return result;
  }

  function inValue(value: unknown, path: readonly (string | number)[]): unknown {
    if (typeof value === "string") return value.includes("${") ? inString(value, path) : value;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item, i) => inValue(item, [...path, i]));
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, inValue(inner, [...path, key])]),
    );
  }
  return { value: inValue(document, []), problems, substituted };
}
