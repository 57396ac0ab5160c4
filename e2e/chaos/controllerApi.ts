import type { RunView } from "@onrush/shared/api/runView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { Api } from "../system/api.ts";
import { waitUntil } from "./waitUntil.ts";

/** Who asks once waits as long as one who asks until there is an answer. */
const ANSWER_WITHIN_MS = 30_000;

/** A controller's API while controllers and stores come and go. */
export class ControllerApi extends Api {
  override async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${method} ${path}: no answer in ${ANSWER_WITHIN_MS} ms`)),
      ANSWER_WITHIN_MS,
    );
    try {
      return await Promise.race([super.call(method, path, body), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The run once it is so far that `seconds` of its load are behind it. */
  async loaded(runId: string, seconds: number): Promise<RunView> {
    return waitUntil(`the run is ${seconds} s old`, async () => {
      const run = await this.run(runId);
      if (hasEnded(run.state)) throw new Error(`it has ended: ${JSON.stringify(run.events)}`);
      return (run.summary?.durationSeconds ?? 0) >= seconds && run;
    });
  }

  /** The ended run, also when there is no controller to ask for a while. */
  async outcome(runId: string, withinMs = 60_000): Promise<RunView> {
    return waitUntil(
      "the run has ended",
      async () => {
        const run = await this.run(runId);
        return hasEnded(run.state) && run.endedAt !== null && run;
      },
      withinMs,
    );
  }

  /** Everything that is said to be missing; "" when the controller is ready. */
  async missing(): Promise<string> {
    const answer = await fetch(`${this.url}/ready`);
    return answer.ok ? "" : answer.text();
  }
}
