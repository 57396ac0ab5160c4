/** JSON paths of the simple kind: `$`, `$.a.b[0].c`, `$["a key"]`. */
export type JsonPath = readonly (string | number)[];

/** The path that begins at `from`, and where it ends; or what is wrong and where. */
export function readJsonPath(
  text: string,
  from: number,
): { path: JsonPath; end: number } | { problem: string; at: number } {
  if (text[from] !== "$") return { problem: 'a JSON path begins with "$"', at: from };
  const path: (string | number)[] = [];
  const step = /\.([A-Za-z_][\w-]*)|\[(\d{1,9})\]|\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]/y;
  step.lastIndex = from + 1;
  let end = from + 1;
  for (;;) {
    const match = step.exec(text);
    if (match === null) break;
    end = step.lastIndex;
    const [, name, index, quoted, single] = match;
    if (index !== undefined) path.push(Number(index));
    else path.push(name ?? (quoted ?? single ?? "").replaceAll(/\\(.)/g, "$1"));
  }
  const next = text[end];
  if (next === "." || next === "[") {
    return { problem: 'after $ come .name, [0] or ["name"]', at: end };
  }
  return { path, end };
}

/** What lies at the path; undefined when there is nothing. */
export function valueAt(document: unknown, path: JsonPath): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value) !== (typeof key === "number")) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
