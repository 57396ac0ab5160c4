/** Microseconds of the Unix clock: the wall clock at process start plus monotonic time since. */
export function unixUs(): number {
  return (performance.timeOrigin + performance.now()) * 1_000;
}

/**
 * Calls `done` once `performance.now()` has reached `dueMs`, never before. Node's timers count
 * whole milliseconds from a clock read before the request was, so alone they fire up to 1 ms
 * early. A call still waiting does not keep a stopped target's process alive.
 */
export function callAt(dueMs: number, done: () => void): void {
  const waitMs = dueMs - performance.now();
  if (waitMs <= 0) done();
  else setTimeout(callAt, Math.ceil(waitMs), dueMs, done).unref();
}
