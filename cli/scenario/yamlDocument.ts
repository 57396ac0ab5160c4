import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
} from "yaml";
import { MAX_PROBLEMS } from "@onrush/shared/scenario/limits.ts";
import { boundedProblems, formatPath } from "@onrush/shared/scenario/problems.ts";
import { duplicateKeys } from "@onrush/shared/document/duplicateKeys.ts";
import { MAX_DEPTH, parseJsonText, placeAt, type Place } from "@onrush/shared/document/jsonText.ts";
import type { LocatedProblem } from "./locatedProblem.ts";
import { type ThinText, thinText } from "./thinText.ts";

/**
 * The one file that knows the library `yaml`. It reads JSON files, too: YAML 1.2 contains JSON, so
 * that problems of both are found in the text by the same tree.
 */

/** What was written, and where; `value` is undefined where the text is no document. */
export interface SourceDocument {
  value?: unknown;
  problems: LocatedProblem[];
  /** Unknown fields that are not in `value`, beyond more of them than are told. */
  unread?: number;
  /** Where `path` stands: its value, or its key where the problem is the key, or what contains it. */
  placeOf(path: string, wholeKey: boolean): Place | undefined;
}

/** How often aliases may be written out; a scenario that repeats itself needs a few. */
const MAX_ALIASES = 100;
/** Brackets open at once, whatever they stand in: beyond it the library needs seconds to give up. */
const MAX_OPEN_BRACKETS = 2_000;
/** Problems of longer JSON have no line and column. */
const MAX_PLACED_CHARACTERS = 200_000;
/** Lists or keys opened in one line, for the same reason. */
const openedInLine = /^[ \t]*(?:[-?:][ \t]+){65}/m;

const syntax = (place: Place, message: string): LocatedProblem => ({ path: "", message, place });
const tooDeep = `nests deeper than ${MAX_DEPTH} levels`;
const tangled = "is not YAML: commas or closing brackets are missing, or it nests without end";

/** Where a text opens so much that reading it would take too long; undefined in others. */
function hopelessAt(text: string): number | undefined {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "[" || char === "{") open++;
    else if (char === "]" || char === "}") open--;
    if (open > MAX_OPEN_BRACKETS) return i;
  }
  return openedInLine.exec(text)?.index;
}

interface Step {
  part: string | number;
  key: Node | null;
  value: Node | null;
}

/** What a node contains, aliases followed. */
function partsOf(node: Node | null, resolve: (node: Node | null) => Node | null): Step[] {
  const real = resolve(node);
  if (isMap<Node, Node | null>(real)) {
    return real.items.map(({ key, value }) => ({
      part: isScalar(key) ? String(key.value) : String(key),
      ...{ key, value },
    }));
  }
  if (isSeq<Node>(real)) return real.items.map((value, part) => ({ part, key: value, value }));
  return [];
}

/** Names in a path that are longer are not looked for. */
const MAX_NAME_CHARACTERS = 300;

/** Where the first part of a path may end: names may contain dots and brackets themselves. */
function firstEnds(path: string): number[] {
  const ends = [path.length];
  for (let at = 1; at < Math.min(path.length, MAX_NAME_CHARACTERS); at++) {
    if (path[at] === "." || path[at] === "[") ends.push(at);
  }
  return ends;
}

class Tree {
  readonly #root: Node | null;
  readonly #resolve: (node: Node | null) => Node | null;
  readonly #parts = new Map<Node | null, ReadonlyMap<string, Step>>();

  constructor(root: Node | null, resolve: (node: Node | null) => Node | null) {
    this.#root = root;
    this.#resolve = resolve;
  }

  /** By how they are written in a path, the first of each. */
  #partsOf(node: Node | null): ReadonlyMap<string, Step> {
    const known = this.#parts.get(node);
    if (known !== undefined) return known;
    const parts = new Map<string, Step>();
    for (const step of partsOf(node, this.#resolve)) {
      const text = typeof step.part === "number" ? `[${step.part}]` : step.part;
      if (!parts.has(text)) parts.set(text, step);
    }
    this.#parts.set(node, parts);
    return parts;
  }

  /** The steps from the root towards `path`, as many as there are. */
  follow(path: string, from: Node | null = this.#root): Step[] {
    const parts = this.#partsOf(from);
    let longest: Step[] = [];
    for (const end of firstEnds(path)) {
      const step = parts.get(path.slice(0, end));
      if (step === undefined) continue;
      const rest = path.slice(path[end] === "." ? end + 1 : end);
      const steps = [step, ...(rest === "" ? [] : this.follow(rest, step.value))];
      if (steps.length > longest.length) longest = steps;
    }
    return longest;
  }

  /** Keys that stand twice in one mapping: the library's own search takes minutes for many keys. */
  *duplicates(
    from: Node | null = this.#root,
    path: (string | number)[] = [],
  ): Generator<{ path: string; key: Node | null }> {
    // What an alias stands for is searched where it is written.
    if (isAlias(from)) return;
    const seen = new Set<string | number>();
    for (const { part, key, value } of partsOf(from, (node) => node)) {
      const here = [...path, part];
      if (seen.has(part)) yield { path: formatPath(here), key };
      seen.add(part);
      yield* this.duplicates(value, here);
    }
  }
}

const depthOf = (value: unknown, limit: number): boolean =>
  typeof value !== "object" ||
  value === null ||
  (limit > 0 && Object.values(value).every((inner) => depthOf(inner, limit - 1)));

function jsonProblem(text: string): LocatedProblem | undefined {
  const parsed = parseJsonText(text);
  if (parsed.ok) return undefined;
  const { what, position } = parsed;
  const found = position < text.length ? JSON.stringify(text[position]) : "the end";
  const message = what === "deep" ? tooDeep : `is not JSON: unexpected ${found}`;
  return syntax(placeAt(text, position), message);
}

const nothing = (problem: LocatedProblem): SourceDocument => ({
  ...{ problems: [problem], placeOf: () => undefined },
});

type Parsed = ReturnType<typeof parseDocument>;

/** The first thing that is wrong with the text itself; what follows it is mostly its echo. */
function textProblem(document: Parsed, lines: LineCounter): LocatedProblem | undefined {
  const first = [...document.errors, ...document.warnings][0];
  if (first === undefined) return undefined;
  const { line, col: column } = lines.linePos(first.pos[0]);
  const place = { line: Math.max(1, line), column: Math.max(1, column) };
  const hint =
    first.code === "TAG_RESOLVE_FAILED"
      ? `; tags of one's own are not possible, write plain values`
      : "";
  if (first.code === "RESOURCE_EXHAUSTION") return syntax(place, tooDeep);
  if (first.code === "MULTIPLE_DOCS") {
    return syntax(place, "is a second document: a file holds one scenario");
  }
  return syntax(place, `is not YAML: ${first.message}${hint}`);
}

function valueOf(document: Parsed, whole: Place): { value: unknown } | { problem: LocatedProblem } {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    const endless = `${tooDeep}, or contains itself by an alias`;
    return depthOf(value, MAX_DEPTH) ? { value } : { problem: syntax(whole, endless) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = /alias count/i.test(reason)
      ? `repeats too much by its aliases (at most ${MAX_ALIASES} times): ${reason}`
      : `cannot be read: ${reason}`;
    return { problem: syntax(whole, message) };
  }
}

/** Paths alone tell where: the library would take longer than people wait for a refusal. */
function largeJson(text: string): SourceDocument {
  const repeated = duplicateKeys(text);
  return {
    value: JSON.parse(text),
    problems: boundedProblems(repeated, repeated.length),
    placeOf: () => undefined,
  };
}

/** Reads a scenario's text; all that is wrong with it as a text is in `problems`. */
export function readDocument(text: string, format: "json" | "yaml"): SourceDocument {
  if (text.trim() === "") return nothing(syntax({ line: 1, column: 1 }, "is empty"));
  const wrong = format === "json" ? jsonProblem(text) : undefined;
  if (wrong !== undefined) return nothing(wrong);
  if (format === "json" && text.length > MAX_PLACED_CHARACTERS) return largeJson(text);
  // In JSON, brackets within strings are no matter, and others have been counted.
  const hopeless = format === "yaml" ? hopelessAt(text) : undefined;
  if (hopeless !== undefined) return nothing(syntax(placeAt(text, hopeless), tooDeep));
  const thin = format === "yaml" ? thinText(text) : undefined;
  const thinned = thin === undefined ? undefined : readTree(thin.text, "yaml", thin);
  return thinned ?? readTree(text, format);
}

/** Undefined where so much is wrong with a text that the library loses itself in it. */
function parsed(text: string, format: "json" | "yaml", lines: LineCounter): Parsed | undefined {
  try {
    return parseDocument(text, {
      ...{ version: "1.2", schema: "core", merge: format === "yaml", lineCounter: lines },
      // Or bytes and sets would come in, which JSON does not have.
      ...{ resolveKnownTags: false },
      // Own search below. Silent would keep quiet about a second document.
      ...{ uniqueKeys: false, prettyErrors: false, logLevel: "error" },
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether gaps are where they seem to be: between two fields of the root. */
function areFields({ contents }: Parsed, anchors: readonly number[]): boolean {
  if (!isMap<Node>(contents) || contents.flow === true) return false;
  const begins = new Set(contents.items.map(({ key }) => key.range?.[0]));
  return anchors.every((anchor) => begins.has(anchor));
}

/** Undefined where the text cannot be read without what was taken out of it. */
function readTree(text: string, format: "json" | "yaml"): SourceDocument;
function readTree(text: string, format: "yaml", thin: ThinText): SourceDocument | undefined;
function readTree(
  text: string,
  format: "json" | "yaml",
  thin?: ThinText,
): SourceDocument | undefined {
  const lines = new LineCounter();
  const document = parsed(text, format, lines);
  if (document === undefined) return nothing(syntax({ line: 1, column: 1 }, tangled));
  const problem = format === "yaml" ? textProblem(document, lines) : undefined;
  if (thin !== undefined && (problem !== undefined || !areFields(document, thin.anchors))) return;
  if (problem !== undefined) return nothing(problem);
  const read =
    format === "json" ? { value: JSON.parse(text) } : valueOf(document, { line: 1, column: 1 });
  if ("problem" in read) return nothing(read.problem);

  const resolve = (node: Node | null): Node | null =>
    isAlias(node) ? (node.resolve(document) ?? null) : node;
  const tree = new Tree(document.contents, resolve);
  const placeOfNode = (node: Node | null | undefined): Place | undefined => {
    if (node?.range === undefined || node.range === null) return undefined;
    const { line, col } = lines.linePos(node.range[0]);
    return { line: (thin?.lines[line - 1] ?? line - 1) + 1, column: col };
  };
  const repeated = [...tree.duplicates()];
  const problems = repeated.slice(0, MAX_PROBLEMS).map(({ path, key }): LocatedProblem => {
    const place = placeOfNode(key);
    return {
      ...{ path, message: "stands here a second time: remove one of them" },
      ...(place === undefined ? {} : { place }),
    };
  });
  return {
    value: read.value,
    unread: thin?.unknown ?? 0,
    problems: boundedProblems(problems, repeated.length + (thin?.repeats ?? 0)),
    placeOf(path, wholeKey) {
      const last = tree.follow(path).at(-1);
      if (last === undefined) return undefined;
      return placeOfNode(!wholeKey && isScalar(last.value) ? last.value : last.key);
    },
  };
}

/** A document as YAML; long texts stay in one line, and nothing becomes an alias. */
export const writeYaml = (document: unknown): string =>
  stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
