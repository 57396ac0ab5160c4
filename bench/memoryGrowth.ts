/** A minute of seconds leaves memory at once, so that it goes up and down once a minute. */
const CYCLE_SECONDS = 60;

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/**
 * By how many per cent the memory of a process grew from the first whole cycle to the last one. Of
 * less than three cycles nothing can be said: undefined.
 *
 * @param residentMbs one value per second, from where it should be level
 */
export function growthPercent(residentMbs: readonly number[]): number | undefined {
  if (residentMbs.length < 3 * CYCLE_SECONDS) return undefined;
  const early = mean(residentMbs.slice(0, CYCLE_SECONDS));
  return (100 * (mean(residentMbs.slice(-CYCLE_SECONDS)) - early)) / early;
}
