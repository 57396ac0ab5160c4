import { MAX_PROBLEMS } from "@onrush/shared/scenario/limits.ts";
import { scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";

/**
 * A YAML text with tens of thousands of fields that no scenario has takes the library most of a
 * second to read, and only the first of them are told. So plain ones beyond those are taken out
 * before, and counted: the answer is the same.
 */

export interface ThinText {
  text: string;
  /** By line of it, both from 0, the line of the whole text. */
  lines: readonly number[];
  /** How many unknown fields were taken out. */
  unknown: number;
  /** How many were taken out of those that stood a second time. */
  repeats: number;
  /** Where the line in front of each gap begins in `text`: a field of the root, if all is well. */
  anchors: readonly number[];
}

/** As many fields are read as fast as people notice. */
const WORTHWHILE = 2_000;

/** A whole field in one line: nothing in it can begin or end anything else. */
const field = /^[A-Za-z_]\w*(?=: [A-Za-z0-9][\w.]*$)/;
/** Begins another field of the root, so that the line before it has none of its value there. */
const nextField = /^[A-Za-z_]/;

const known = new Set(Object.keys(scenarioSchema.shape));

/** Undefined where there is little to be taken out. */
export function thinText(text: string): ThinText | undefined {
  const all = text.split("\n");
  if (all.length < WORTHWHILE) return undefined;
  const kept: string[] = [];
  const lines: number[] = [];
  const anchors: number[] = [];
  const seen = new Set<string>();
  const taken = new Set<string>();
  let [strange, twice, repeats, offset] = [0, 0, 0, 0];
  let isBehindField = false;
  let anchor = -1;
  for (const [i, line] of all.entries()) {
    const name = field.exec(line)?.[0];
    const isWhole = name !== undefined && nextField.test(all[i + 1] ?? "");
    const isRepeat = name !== undefined && seen.has(name);
    const isSpare =
      name !== undefined &&
      name !== "__proto__" &&
      (isRepeat ? ++twice > MAX_PROBLEMS : !known.has(name) && ++strange > MAX_PROBLEMS);
    if (name !== undefined) seen.add(name);
    if (isSpare && isWhole && isBehindField) {
      if (isRepeat) repeats++;
      else taken.add(name);
      if (anchors.at(-1) !== anchor) anchors.push(anchor);
      continue;
    }
    // What is left of it is no longer the second.
    if (name !== undefined && taken.delete(name)) repeats++;
    isBehindField = isWhole;
    anchor = offset;
    kept.push(line);
    lines.push(i);
    offset += line.length + 1;
  }
  if (taken.size + repeats < WORTHWHILE) return undefined;
  return { text: kept.join("\n"), lines, unknown: taken.size, repeats, anchors };
}
