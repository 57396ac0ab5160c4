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
}
