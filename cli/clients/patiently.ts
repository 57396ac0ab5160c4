import { UnreachableError } from "./controllerApi.ts";

/** How long a controller may be away, as while it is started anew, before its run is given up. */
export const PATIENCE_MS = 30_000;
const RETRY_MS = 1_000;
/** How long one question may wait, where it may be asked again: a controller that hangs is away. */
const ANSWER_LIMIT_MS = 10_000;

export interface PatienceClock {
  nowMs(): number;
  pause(ms: number): Promise<unknown>;
  /** Aborts then. */
  limit(ms: number): AbortSignal;
}

/** Asks again while no controller answers; what it does answer counts at once, refusals too. */
export async function patiently<T>(
  ask: (limit: AbortSignal) => Promise<T>,
  clock: PatienceClock,
): Promise<T> {
  // From when it was first missed: a question may have hung for long before.
  let endMs: number | undefined;
  for (;;) {
    try {
      return await ask(clock.limit(ANSWER_LIMIT_MS));
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      endMs ??= clock.nowMs() + PATIENCE_MS;
      if (clock.nowMs() >= endMs) throw error;
    }
    await clock.pause(RETRY_MS);
  }
}
