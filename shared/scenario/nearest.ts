/**
 * Edits (insert, delete, replace, swap with the next) from `a` to `b`: Damerau-Levenshtein.
 * Infinity as soon as it is clear that they are more than `limit`.
 */
function distance(a: string, b: string, limit: number): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let j = 1; j <= b.length; j++) (rows[0] as number[])[j] = j;
  let least = 0;
  for (let i = 1; i <= a.length; i++) {
    const leastBefore = least;
    least = i;
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + change);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(i - 2, j - 2) + 1);
      (rows[i] as number[])[j] = best;
      least = Math.min(least, best);
    }
    // A swap reaches back over one row, nothing further.
    if (least > limit && leastBefore > limit) return Infinity;
  }
  return at(a.length, b.length);
}

const allowedEdits = (name: string) => Math.max(1, Math.floor(name.length / 3));

/** Among more names the nearest takes too long to find, and is likely to be another one. */
const MAX_KNOWN = 200;

/** The known name nearest to a mistyped one, or undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length > MAX_KNOWN) return undefined;
  const lower = name.slice(0, 60).toLowerCase();
  // The beginning of a name is meant to be it: duration, request.
  const begun = known.filter(
    (candidate) => candidate !== name && candidate.toLowerCase().startsWith(lower),
  );
  if (lower.length >= 4 && begun[0] !== undefined) return begun[0];
  const ranked = known
    .filter((candidate) => candidate !== name)
    // So many edits are needed at least; most names need no closer look.
    .filter((candidate) => Math.abs(lower.length - candidate.length) <= allowedEdits(candidate))
    .map((candidate) => ({
      candidate,
      edits: distance(lower, candidate.toLowerCase(), allowedEdits(candidate)),
    }))
    .filter(({ candidate, edits }) => edits <= allowedEdits(candidate))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate;
}
