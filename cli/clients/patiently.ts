import { UnreachableError } from "./controllerApi.ts";

/** How long a controller may be away, as while it is started anew, before its run is given up. */
export const PATIENCE_MS = 30_000;
const RETRY_MS = 1_000;

export interface PatienceClock {
  nowMs(): number;
  pause(ms: number): Promise<unknown>;
}

/** Asks again while no controller answers; what it does answer counts at once, refusals too. */
export async function patiently<T>(ask: () => Promise<T>, clock: PatienceClock): Promise<T> {
  const endMs = clock.nowMs() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof UnreachableError) || clock.nowMs() >= endMs) throw error;
    }
    await clock.pause(RETRY_MS);
  }
}
