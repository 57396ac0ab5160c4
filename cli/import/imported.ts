import type { FlowOf } from "@onrush/shared/flow/flowSchema.ts";
import type { ScenarioInput, StepInput } from "@onrush/shared/scenario/scenarioSchema.ts";

type WorkloadInput = NonNullable<ScenarioInput["workloads"]>[number];
export type ImportedElement = FlowOf<StepInput>;
export type ImportedWorkload = Omit<WorkloadInput, "steps"> & { steps: ImportedElement[] };

export type ImportedScenario = Omit<ScenarioInput, "steps" | "workloads"> & {
  steps?: ImportedElement[];
  workloads?: ImportedWorkload[];
};

/** Something of the source that the scenario does not have: where it stood, and why. */
export interface Note {
  where: string;
  message: string;
  /** Only so where no `--base-url` is given. */
  ofStandIn?: true;
}

/** What a converter makes of a source. The scenario passes `parseScenario`. */
export interface Imported {
  scenario: ImportedScenario;
  left: readonly Note[];
}

/** A source that cannot be read at all; the message says what to do about it. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

/** Sources of requests say nothing of load: gentle enough for whatever they point at. */
export const GENTLE_LOAD = {
  durationSeconds: 10,
  loadProfile: { type: "CONSTANT", initialRps: 1 },
} as const;

/**
 * Where requests go when a source does not say; `--base-url` puts another in its place. Nothing of
 * this platform listens there by default: nobody loads their own controller by mistake.
 */
export const PLACEHOLDER_BASE_URL = "http://localhost:8000";

export const standInNote = (where: string, why: string): Note => ({
  where,
  message: `${why}: ${PLACEHOLDER_BASE_URL} stands for it (--base-url)`,
  ofStandIn: true,
});
