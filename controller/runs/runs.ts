import type { LiveMessage, RealtimeStats, SecondView } from "@onrush/shared/api/secondView.ts";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { PageQuery, StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import type { Page } from "../scenarios/scenarioStore.ts";
import type { RunResults } from "./runResults.ts";

/** What the API, the live stream and the command line can ask of runs. */
export interface Runs {
  /** Queues a run of the scenario and answers at once, usually still QUEUED. */
  start(scenario: StoredScenario, ownerId: string): Promise<RunView>;
  get(runId: string): Promise<RunView | undefined>;
  /** Newest first. */
  list(page: PageQuery, scenarioId?: string): Promise<Page<RunView>>;
  /** Asks the run to stop; an ended run stays as it is. Undefined when there is none. */
  stop(runId: string): Promise<RunView | undefined>;
  /** Deletes an ended run with its seconds. */
  remove(runId: string): Promise<"removed" | "unknown" | "active">;
  /** Closed seconds, ascending, `from` to `to` inclusive; undefined when there is no such run. */
  seconds(runId: string, from: number, to: number): Promise<SecondView[] | undefined>;
  /** Everything that was measured of a run; undefined when there is no such run. */
  results(runId: string): Promise<RunResults | undefined>;
  /** The latest run of a scenario over its last closed seconds. */
  realtime(scenarioId: string, lastNSeconds: number): Promise<RealtimeStats>;
  /** Every message of a run from now on, until the returned function is called. */
  watch(runId: string, listen: (message: LiveMessage) => void): () => void;
}
