import type { KeptFile } from "./fileStore.ts";

/** Which files may go. Pure: what is kept, who names what, and the time are given. */

/**
 * The files that nobody names and nobody has used since `beforeMs`. `named` must be what was named
 * after `kept` was read: then a file that was named in between was used in between, too, and its
 * removal, which is told when it was used last, comes to nothing.
 */
export function unusedFiles(
  kept: readonly KeptFile[],
  named: ReadonlySet<string>,
  beforeMs: number,
): KeptFile[] {
  return kept
    .filter(({ sha256, usedAtMs }) => usedAtMs < beforeMs && !named.has(sha256))
    .sort((a, b) => a.usedAtMs - b.usedAtMs);
}

/** The first of them that make room for so many bytes; none where all of them would not. */
export function makingRoom(unused: readonly KeptFile[], bytes: number): KeptFile[] {
  let freed = 0;
  for (const [i, file] of unused.entries()) {
    freed += file.bytes;
    if (freed >= bytes) return unused.slice(0, i + 1);
  }
  return [];
}
