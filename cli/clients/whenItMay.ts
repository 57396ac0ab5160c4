/** How long, in all, a controller may say that it is busy. */
export const BUSY_PATIENCE_MS = 60_000;
/** "0" is no reason to ask without a pause. */
const LEAST_PAUSE_MS = 200;

const busyStatuses: ReadonlySet<number> = new Set([429, 503]);

/** When to ask again; undefined where an answer does not say, or is none of being busy. */
function pauseMs({ status, headers }: Response): number | undefined {
  const seconds = headers.get("retry-after");
  if (!busyStatuses.has(status) || seconds === null || !/^\d+$/.test(seconds)) return undefined;
  return Math.max(LEAST_PAUSE_MS, Number(seconds) * 1_000);
}

/**
 * Asks again each time the answer is to come back later (429 or 503 with `Retry-After`), as long as
 * the pauses it asks for are no more than `BUSY_PATIENCE_MS` together; then that answer counts.
 */
export async function whenItMay(
  ask: () => Promise<Response>,
  clock: { pause(ms: number): Promise<unknown> },
): Promise<Response> {
  for (let waitedMs = 0; ;) {
    const answer = await ask();
    const ms = pauseMs(answer);
    if (ms === undefined || waitedMs + ms > BUSY_PATIENCE_MS) return answer;
    await answer.body?.cancel();
    await clock.pause(ms);
    waitedMs += ms;
  }
}
