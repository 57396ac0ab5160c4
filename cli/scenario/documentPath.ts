/** One part of a path into a document: a name or an index. */
export type PathPart = string | number;

const part = /(?:^|(?<=.)\.)([^.[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** A name in quotes; undefined where its escapes are none of JSON's. */
function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

/** `steps[0].headers["X-A.B"]` as parts; undefined when the text is no path. */
export function parsePath(text: string): PathPart[] | undefined {
  const parts: PathPart[] = [];
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) return undefined;
    const [, name, index, quoted] = match;
    const next = index === undefined ? (name ?? unquoted(quoted ?? '""')) : Number(index);
    if (next === undefined) return undefined;
    parts.push(next);
  }
  return parts.length === 0 ? undefined : parts;
}

type Container = Record<PathPart, unknown>;

export type Changed = { ok: true; value: unknown } | { ok: false; message: string };

const isContainer = (value: unknown): value is Container =>
  typeof value === "object" && value !== null;

/** Why `first` is no place in the document; lists are changed, not lengthened: no holes. */
function misplaced(document: unknown, first: PathPart): string | undefined {
  if (document !== undefined && !isContainer(document)) {
    return `there is no field in ${JSON.stringify(document)}`;
  }
  if (!Array.isArray(document)) {
    return typeof first === "number" ? "there is no list to take an item of" : undefined;
  }
  const count = document.length;
  if (typeof first === "string") return `there is a list of ${count}: write [0] for the first`;
  return first < count
    ? undefined
    : `there are only ${count} in the list: the last is [${count - 1}]`;
}

/** A copy of the document with `value` at `path`; objects on the way are made where there are none. */
export function setAt(document: unknown, path: readonly PathPart[], value: unknown): Changed {
  const [first, ...rest] = path;
  if (first === undefined) return { ok: true, value };
  const message = misplaced(document, first);
  if (message !== undefined) return { ok: false, message };
  const inner =
    isContainer(document) && Object.hasOwn(document, first) ? document[first] : undefined;
  const changed = setAt(inner, rest, value);
  if (!changed.ok) return changed;
  if (Array.isArray(document)) {
    return { ok: true, value: document.with(first as number, changed.value) };
  }
  return { ok: true, value: { ...(document as object | undefined), [first]: changed.value } };
}
