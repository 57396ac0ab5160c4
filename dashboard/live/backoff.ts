/**
 * Milliseconds before the n-th attempt to reconnect (from 0): doubling from half a second up to
 * ten, with up to a quarter taken off by `random` (0 to 1) so that viewers do not return at once.
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(10_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(full * (1 - random / 4));
}
