import { formatPath, type Problem } from "../scenario/problems.ts";

interface Frame {
  /** Undefined in a list. */
  keys: Set<string> | undefined;
  part: string | number;
  expectsKey: boolean;
}

function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === "\\") before--;
  return (at - before) % 2 === 1;
}

/** Where the string that begins at `start` ends, its quotes included. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

/**
 * Strings and signs. By hand, as a regular expression keeps a place to go back to for each
 * character it has taken, and recordings have strings of many megabytes.
 */
function* tokens(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === '"') {
      const end = stringEnd(text, at);
      yield text.slice(at, end);
      at = end - 1;
    } else if ("{}[],:".includes(char)) yield char;
  }
}

/** Keys that stand twice in one object of a text that is JSON: `JSON.parse` keeps the last one. */
export function duplicateKeys(text: string): Problem[] {
  const problems: Problem[] = [];
  const stack: Frame[] = [];
  for (const found of tokens(text)) {
    const frame = stack.at(-1);
    if (found === "{") stack.push({ keys: new Set(), part: "", expectsKey: true });
    else if (found === "[") stack.push({ keys: undefined, part: 0, expectsKey: false });
    else if (found === "}" || found === "]") stack.pop();
    else if (frame === undefined) continue;
    else if (found === ",") {
      if (typeof frame.part === "number") frame.part++;
      else frame.expectsKey = true;
    } else if (found !== ":" && frame.keys !== undefined && frame.expectsKey) {
      const key = JSON.parse(found) as string;
      frame.part = key;
      frame.expectsKey = false;
      if (frame.keys.has(key)) {
        const path = formatPath(stack.map(({ part }) => part));
        problems.push({ path, message: "stands here a second time: remove one of them" });
      }
      frame.keys.add(key);
    }
  }
  return problems;
}
