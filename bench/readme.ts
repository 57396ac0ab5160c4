const START = "<!-- bench:start -->";
const END = "<!-- bench:end -->";

/** The page with `content` between the marks instead of what was there; throws without marks. */
export function replaceMarked(page: string, content: string): string {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start) throw new SyntaxError(`the page needs ${START} and ${END}`);
  return `${page.slice(0, start + START.length)}\n\n${content}\n\n${page.slice(end)}`;
}
