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

  // One path for all: tens of thousands of fields have no variable and need none of their own.
  const path: (string | number)[] = [];
  function inMember(key: string | number, value: unknown): unknown {
    path.push(key);
    const result = inValue(value);
    path.pop();
    return result;
  }
  /** The value itself where nothing in it has a variable. */
  function inValue(value: unknown): unknown {
    if (typeof value === "string") return value.includes("${") ? inString(value, [...path]) : value;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item, i) => inMember(i, item));
    const changed: [string, unknown][] = [];
    for (const [key, inner] of Object.entries(value)) {
      const result = inMember(key, inner);
      if (result !== inner) changed.push([key, result]);
    }
    return changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) };
  }
  return { value: inValue(document), problems, substituted };
}
