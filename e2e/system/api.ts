import { setTimeout as pause } from "node:timers/promises";
import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import { createdScenarioSchema, listOf } from "@onrush/shared/api/scenarioApi.ts";
import {
  type RealtimeStats,
  realtimeStatsSchema,
  type SecondView,
  secondViewSchema,
} from "@onrush/shared/api/secondView.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";

const POLL_MS = 100;

/** A controller's API, every answer checked against the published schemas. */
export class Api {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  async start(scenario: ScenarioInput): Promise<{ scenarioId: string; runId: string }> {
    const answer = await this.call("POST", "/api/v1/scenarios", scenario);
    const { id, runId } = createdScenarioSchema.parse(answer);
    if (runId === undefined) throw new Error("no run was started");
    return { scenarioId: id, runId };
  }

  async run(runId: string): Promise<RunView> {
    return runViewSchema.parse(await this.call("GET", `/api/v1/runs/${runId}`));
  }

  /** Asks every `everyMs`; each answer costs the controller, and so the machine, some time. */
  async ended(runId: string, everyMs = POLL_MS): Promise<RunView> {
    return this.until(runId, (run) => hasEnded(run.state) && run.endedAt !== null, everyMs);
  }

  async until(
    runId: string,
    holds: (run: RunView) => boolean,
    everyMs = POLL_MS,
  ): Promise<RunView> {
    for (;;) {
      const run = await this.run(runId);
      if (holds(run)) return run;
      if (run.endedAt !== null) throw new Error(`the run has ended: ${JSON.stringify(run.events)}`);
      await pause(everyMs);
    }
  }

  async seconds(runId: string): Promise<SecondView[]> {
    const answer = await this.call("GET", `/api/v1/runs/${runId}/seconds`);
    return listOf(secondViewSchema).parse(answer).items;
  }

  async realtime(scenarioId: string, lastNSeconds = 30): Promise<RealtimeStats> {
    const path = `/api/v1/scenarios/${scenarioId}/stats/realtime?lastNSeconds=${lastNSeconds}`;
    return realtimeStatsSchema.parse(await this.call("GET", path));
  }
}
