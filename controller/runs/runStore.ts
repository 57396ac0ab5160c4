import type { PageQuery, StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { RunState } from "@onrush/shared/run/runMessages.ts";
import type { Page } from "../scenarios/scenarioStore.ts";
import type { StoredTally } from "./shareTally.ts";

/**
 * A run as it is stored. `token` is the fencing token of the owner that wrote it, `streamPosition`
 * the place in the run's stream up to which everything is merged and stored.
 */
export interface StoredRun {
  id: string;
  scenarioId: string;
  /** Unix milliseconds, for ordering. */
  createdAtMs: number;
  /** True until the run has ended. */
  active: boolean;
  token: number;
  version: number;
  streamPosition: string;
  /** Common clock, Unix microseconds; null before START. */
  startAtUs: number | null;
  /** From what another owner can go on with it; null before it was placed and when it has ended. */
  progress: RunProgress | null;
  scenario: StoredScenario;
  view: RunView;
}

/** The life of an active run as it was when its newest seconds were stored. */
export interface RunProgress {
  state: RunState;
  tallies: Record<string, StoredTally>;
}

/** An ended run without what is in it. */
export interface EndedRun {
  id: string;
  /** Unix milliseconds; when it was created where its end is not known. */
  endedAtMs: number;
}

/** Where runs live. Implementations: `platform/mongo/`, `platform/sqlite/`. */
export interface RunStore {
  create(run: StoredRun): Promise<void>;
  get(id: string): Promise<StoredRun | undefined>;
  /** Newest first, of one scenario or of all. */
  list(page: PageQuery, scenarioId?: string): Promise<Page<StoredRun>>;
  /** The newest run of a scenario. */
  latest(scenarioId: string): Promise<StoredRun | undefined>;
  /** Every run with `active`, oldest first. */
  active(): Promise<StoredRun[]>;
  /** Ids of the runs that wait in line (QUEUED), oldest first. */
  queued(): Promise<string[]>;
  /** Every run that is not active, the one that ended first comes first. */
  ended(): Promise<EndedRun[]>;
  /**
   * Ids of runs that are gone although seconds of theirs are stored: an owner that had stood still
   * may write some after the run was removed. `remove` removes those, too.
   */
  orphans(): Promise<string[]>;
  /**
   * Compare-and-set: writes `run` when the stored one has `version === run.version - 1` and a
   * token not above `run.token`; otherwise writes nothing and answers false.
   */
  update(run: StoredRun): Promise<boolean>;
  /** Removes the run with its seconds; false when there is none with this id. */
  remove(id: string): Promise<boolean>;
}
