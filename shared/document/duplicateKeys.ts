import { formatPath, type Problem } from "../scenario/problems.ts";

interface Frame {
  /** Undefined in a list. */
  keys: Set<string> | undefined;
  part: string | number;
  expectsKey: boolean;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Keys that stand twice in one object of a text that is JSON: `JSON.parse` keeps the last one. */
export function duplicateKeys(text: string): Problem[] {
  const problems: Problem[] = [];
  const stack: Frame[] = [];
  for (const [found] of text.matchAll(token)) {
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
