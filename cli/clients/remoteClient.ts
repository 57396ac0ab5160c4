import { setTimeout as pause } from "node:timers/promises";
import { type RunEvent, type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import { createdScenarioSchema, listOf } from "@onrush/shared/api/scenarioApi.ts";
import { type SecondView, secondViewSchema } from "@onrush/shared/api/secondView.ts";
import { newEvents } from "@onrush/shared/run/newEvents.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { askController, callController, UnreachableError, uploadFile } from "./controllerApi.ts";
import { type PatienceClock, patiently } from "./patiently.ts";
import type { RunClient } from "./runClient.ts";

const POLL_MS = 500;
/** How many seconds back are asked for again, for their corrections. */
const LOOK_BACK_SECONDS = 10;

const systemClock: PatienceClock = {
  nowMs: () => performance.now(),
  pause,
  limit: (ms) => AbortSignal.timeout(ms),
};

/** Runs at a controller elsewhere, through its HTTP API. */
export function remoteClient(base: string, clock = systemClock): RunClient {
  return {
    base,
    async start({ document, contents }) {
      for (const [sha256, bytes] of contents) await uploadFile(base, sha256, bytes);
      const created = await askController(
        createdScenarioSchema.pick({ runId: true }).strip(),
        ...([base, "POST", "/scenarios", { body: document }] as const),
      );
      const runId = created.runId ?? "";
      const seconds: ((view: SecondView) => void)[] = [];
      const events: ((event: RunEvent) => void)[] = [];
      const get = (signal?: AbortSignal) =>
        askController(runViewSchema, base, "GET", `/runs/${runId}`, { signal: signal ?? null });
      const stopThere = `stop it with \`onrush stop ${runId} --controller ${base}\``;
      const naming = (error: unknown): never => {
        if (!(error instanceof UnreachableError)) throw error;
        throw new UnreachableError(
          `${error.message}\nthe run ${runId} may still go on there: ${stopThere}`,
        );
      };
      const first = await patiently(get, clock).catch(naming);
      const poll = async (): Promise<RunView> => {
        let from = 0;
        let lastTold: RunEvent | undefined;
        for (;;) {
          await clock.pause(POLL_MS);
          const run = await patiently(get, clock);
          const path = `/runs/${runId}/seconds?from=${from}`;
          const ask = (signal: AbortSignal) =>
            askController(listOf(secondViewSchema), base, "GET", path, { signal });
          const { items } = await patiently(ask, clock);
          for (const view of items) for (const listen of seconds) listen(view);
          from = Math.max(from, (items.at(-1)?.second ?? 0) - LOOK_BACK_SECONDS);
          for (const event of newEvents(run.events, lastTold)) {
            for (const listen of events) listen(event);
            lastTold = event;
          }
          if (hasEnded(run.state) && run.endedAt !== null) return run;
        }
      };
      return {
        runId,
        plannedSeconds: first.plannedSeconds,
        onSecond: (listen) => seconds.push(listen),
        onEvent: (listen) => events.push(listen),
        async stop() {
          await patiently(() => callController(base, "POST", `/runs/${runId}/stop`), clock);
        },
        current: () => get(),
        ended: poll().catch(naming),
      };
    },
    close: async () => {},
  };
}
