import { randomUUID } from "node:crypto";
import { readWorkerCounts } from "@onrush/controller/platform/settings.ts";
import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { isSameEvent } from "@onrush/shared/run/newEvents.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { startPlatform } from "../embedded/platform.ts";
import type { RunClient } from "./runClient.ts";
import { Told } from "./told.ts";

const MAX_PROCESSES = 16;

/** Its workers are child processes, which have no labels. Throws CliError (exit code 2). */
function checkPlaceable(labels: Scenario["labels"]): void {
  const names = Object.keys(labels).join(", ");
  if (names === "") return;
  throw new CliError(
    `no worker could run this: labels (${names}) ask for workers started with them; ` +
      "name a controller that has workers with --controller, or leave them out",
    EXIT.badScenario,
  );
}

/** A platform of its own for this one run, with as many worker processes as it asks for. */
export async function embeddedClient({ numWorkers, labels }: Scenario): Promise<RunClient> {
  const settings = { host: "127.0.0.1", port: 0, dataDirectory: ":memory:" };
  const counts = readWorkerCounts({
    WORKERS: String(Math.min(numWorkers, MAX_PROCESSES)),
    ...process.env,
  });
  checkPlaceable(labels);
  const platform = await startPlatform(settings, counts);
  const { runs, files } = platform.controller;
  return {
    base: platform.controller.url,
    async start({ scenario, contents }) {
      for (const [sha256, bytes] of contents) await files.put(sha256, bytes);
      const now = new Date().toISOString();
      const stored = {
        ...scenario,
        id: randomUUID(),
        ownerId: "cli",
        createdAt: now,
        updatedAt: now,
      };
      const seconds: ((view: SecondView) => void)[] = [];
      const events = new Told<RunEvent>();
      const { id, plannedSeconds } = await runs.start(stored, "cli");
      const ended = new Promise<RunView>((resolve) => {
        const unwatch = runs.watch(id, (message) => {
          if (message.type === "second") for (const listen of seconds) listen(message);
          if (message.type === "event") events.tell(message.event);
          if (
            message.type === "run" &&
            hasEnded(message.run.state) &&
            message.run.endedAt !== null
          ) {
            unwatch();
            resolve(message.run);
          }
        });
      });
      // It may have been placed, and said things, before anybody could watch it.
      const before = (await runs.get(id))?.events ?? [];
      events.begin(before, isSameEvent);
      return {
        runId: id,
        plannedSeconds,
        onSecond: (listen) => seconds.push(listen),
        onEvent: (listen) => events.listen(listen),
        stop: async () => void (await runs.stop(id)),
        async current() {
          const run = await runs.get(id);
          if (run === undefined) throw new Error(`the run ${id} is gone`);
          return run;
        },
        ended,
      };
    },
    close: () => platform.close(),
  };
}
