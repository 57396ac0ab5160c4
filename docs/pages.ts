import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

export interface Page {
  /** From the root of the repository. */
  file: string;
  text: string;
}

const markdownIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => (folder === "." ? name : `${folder}/${name}`));

/** Every page that the tests check. */
export function pages(): Page[] {
  const files = [".", "docs", "docs/decisions", "examples", "targets"].flatMap(markdownIn);
  return files.map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
}
