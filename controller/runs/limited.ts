/** Waits for `work`, but no longer than `withinMs`. */
export async function limited(withinMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
