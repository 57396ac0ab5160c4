import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { nearest } from "@onrush/shared/scenario/problems.ts";

async function similarName(path: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => []);
  const near = nearest(basename(path), names);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

/** Why a file cannot be read, with the name that may have been meant. */
export async function whyUnreadable(path: string, error: unknown): Promise<string> {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return `there is no file ${path}${await similarName(path)}`;
  if (code === "EISDIR") return `${path} is a folder`;
  return error instanceof Error ? error.message : String(error);
}
