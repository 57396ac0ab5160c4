/** Units as other tools write them. */
const meant: readonly (readonly [pattern: RegExp, unit: string])[] = [
  [/^(?:msecs?|millis?|milliseconds?)$/, "ms"],
  [/^(?:usecs?|micros?|microseconds?)$/, "us"],
  [/^(?:secs?|seconds?)$/, "s"],
];

/** The unit of time that a word means; undefined where it is none. */
export const meantUnit = (word: string): string | undefined =>
  meant.find(([pattern]) => pattern.test(word.toLowerCase()))?.[1];

/** What may be written in place of an unknown unit. */
export function unitHint(word: string, known: readonly string[]): string {
  const unit = meantUnit(word);
  return unit !== undefined && known.includes(unit)
    ? `did you mean "${unit}"?`
    : `known: ${known.join(", ")}`;
}
