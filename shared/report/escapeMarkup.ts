/** What XML 1.0 has no place for: controls, halves of surrogate pairs, two non-characters. */
// oxlint-disable-next-line no-control-regex
const UNWRITABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu;

const entities: Readonly<Record<string, string>> = {
  ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" },
};

/** Any text as content or attribute of XML or HTML; what XML cannot hold becomes U+FFFD. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll(UNWRITABLE, "\uFFFD")
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
