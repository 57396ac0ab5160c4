import { randomUUID } from "node:crypto";
import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import { maskedPaths, restoreSecrets } from "@onrush/shared/scenario/restoreSecrets.ts";
import { badRequest, conflict, notFound } from "../http/httpProblem.ts";
import type { Runs } from "../runs/runs.ts";
import type { ScenarioStore } from "./scenarioStore.ts";

const PAGE = 500;

function refuseMasks(scenario: Scenario, previous?: Scenario): void {
  const paths = maskedPaths(scenario, previous);
  if (paths.length === 0) return;
  const message =
    previous === undefined
      ? "its credentials are masked: write them again"
      : "a mask stands for a secret only in its place and for its hosts: write the secret again";
  throw badRequest(
    "The scenario has masked credentials.",
    paths.map((path) => ({ path, message })),
  );
}

/** Creating, replacing and deleting scenarios with the rules between them and runs. */
export class ScenarioService {
  readonly #store: ScenarioStore;
  readonly #runs: Runs;
  readonly #now: () => Date;

  constructor(store: ScenarioStore, runs: Runs, now: () => Date = () => new Date()) {
    this.#store = store;
    this.#runs = runs;
    this.#now = now;
  }

  async get(id: string): Promise<StoredScenario> {
    const scenario = await this.#store.get(id);
    if (scenario === undefined) throw notFound("scenario", id);
    return scenario;
  }

  /** Stores the scenario; with `autoStart` both it and a run of it exist afterwards, or neither. */
  async create(scenario: Scenario, ownerId: string, autoStart: boolean) {
    refuseMasks(scenario);
    const now = this.#now().toISOString();
    const stored = { ...scenario, id: randomUUID(), ownerId, createdAt: now, updatedAt: now };
    await this.#store.create(stored);
    if (!autoStart) return stored;
    try {
      const run = await this.#runs.start(stored, ownerId);
      return { ...stored, runId: run.id };
    } catch (error) {
      await this.#store.remove(stored.id);
      throw error;
    }
  }

  /** Masked credentials stay what they were. */
  async replace(id: string, scenario: Scenario): Promise<StoredScenario> {
    const previous = await this.get(id);
    const { ownerId, createdAt } = previous;
    const restored = restoreSecrets(scenario, previous);
    refuseMasks(restored, previous);
    const stored = { ...restored, id, ownerId, createdAt, updatedAt: this.#now().toISOString() };
    if (!(await this.#store.replace(stored))) throw notFound("scenario", id);
    return stored;
  }

  /** Ended runs stay: each carries the scenario it ran. */
  async remove(id: string): Promise<void> {
    await this.get(id);
    if (await this.#hasActiveRun(id)) {
      throw conflict("A run of this scenario is active: stop it first.");
    }
    if (!(await this.#store.remove(id))) throw notFound("scenario", id);
  }

  async #hasActiveRun(scenarioId: string): Promise<boolean> {
    for (let offset = 0; ; offset += PAGE) {
      const { items, total } = await this.#runs.list({ limit: PAGE, offset }, scenarioId);
      if (items.some((run) => !hasEnded(run.state))) return true;
      if (items.length === 0 || offset + items.length >= total) return false;
    }
  }
}
