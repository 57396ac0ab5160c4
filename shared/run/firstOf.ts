/** So many are told one by one: of a thousand workers nobody reads each. */
export const TOLD = 5;

/** The first of what is different, and how many more there are: `w1, w2 and 998 more`. */
export function firstOf(texts: Iterable<string>, separator = ", "): string {
  const all = [...new Set(texts)];
  const first = all.slice(0, TOLD).join(separator);
  const more = all.length - TOLD;
  return more > 0 ? `${first} and ${more.toLocaleString("en-US")} more` : first;
}
