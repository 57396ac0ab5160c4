/** Regular expressions that users write run against every answer: their time must stay bounded. */

export const MAX_PATTERN_LENGTH = 300;
/** What is searched of a text; the rest is not looked at. */
export const MAX_SEARCHED_CHARS = 16_384;

interface Group {
  /** Something in it can repeat without bound, or it can match in several ways. */
  ambiguous: boolean;
}

const unbounded = /^(?:[*+]|\{\d+,\})/;
const MANY_TIMES = 10;

/** Without bound, or so often that it makes no difference. */
function repeatsOften(rest: string): boolean {
  if (unbounded.test(rest)) return true;
  const [, least, most = least] = /^\{(\d+)(?:,(\d+))?\}/.exec(rest) ?? [];
  return Number(most ?? 0) >= MANY_TIMES;
}

/**
 * What is wrong with a pattern, or undefined. Refused besides wrong ones: back references, and a
 * repetition without bound, or ten times and more, of something that itself repeats without bound
 * or has alternatives, as `(a+)+`: such patterns can take exponential time. What is left, as `.*a.*b`, takes a power of the
 * length of the text, which is why only its beginning is searched.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    return `a regular expression has at most ${MAX_PATTERN_LENGTH} characters`;
  }
  try {
    void new RegExp(pattern);
  } catch (error) {
    return error instanceof Error ? error.message : "not a regular expression";
  }
  const groups: Group[] = [{ ambiguous: false }];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    const group = groups.at(-1) as Group;
    if (char === "\\") {
      if (/[1-9k]/.test(pattern[i + 1] ?? "")) return "back references are not possible";
      i++;
    } else if (char === "[") {
      i = endOfClass(pattern, i);
    } else if (char === "(") {
      groups.push({ ambiguous: false });
    } else if (char === "|") {
      group.ambiguous = true;
    } else if (char === ")") {
      groups.pop();
      const isRepeated = repeatsOften(pattern.slice(i + 1));
      if (isRepeated && group.ambiguous) {
        return "a repetition within a repetition, or of alternatives, can take for ever";
      }
      const outer = groups.at(-1);
      if (outer !== undefined && (group.ambiguous || isRepeated)) outer.ambiguous = true;
    } else if (unbounded.test(pattern.slice(i))) {
      group.ambiguous = true;
    }
  }
  return undefined;
}

function endOfClass(pattern: string, from: number): number {
  for (let i = from + 1; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "]") return i;
  }
  return pattern.length;
}
