import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import type { LoadedScenario } from "../scenario/readScenario.ts";

export interface StartedRun {
  runId: string;
  plannedSeconds: number;
  onSecond(listen: (view: SecondView) => void): void;
  onEvent(listen: (event: RunEvent) => void): void;
  stop(): Promise<void>;
  /** The run as it is now. */
  current(): Promise<RunView>;
  /** Resolves with the ended run. */
  ended: Promise<RunView>;
}

/** Where the command line runs scenarios: in this process, or at a controller. */
export interface RunClient {
  /** Where its controller answers, for what is asked of ended runs. */
  base: string;
  start(loaded: LoadedScenario): Promise<StartedRun>;
  close(): Promise<void>;
}
