import type { PageQuery, StoredScenario } from "@onrush/shared/api/scenarioApi.ts";

export interface Page<T> {
  items: T[];
  total: number;
}

/** Where scenarios live. Implementations: `platform/mongo/`, `platform/sqlite/`. */
export interface ScenarioStore {
  create(scenario: StoredScenario): Promise<void>;
  get(id: string): Promise<StoredScenario | undefined>;
  /** Newest first. */
  list(page: PageQuery): Promise<Page<StoredScenario>>;
  /** False when there is none with this id. */
  replace(scenario: StoredScenario): Promise<boolean>;
  /** False when there is none with this id. */
  remove(id: string): Promise<boolean>;
  /**
   * The SHA-256 of every file that a scenario names, some perhaps several times. Scenarios that are
   * there all the while are all looked at, whatever else comes and goes meanwhile.
   */
  namedFiles(): AsyncIterable<string>;
}
