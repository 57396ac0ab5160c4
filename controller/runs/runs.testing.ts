import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { planRun } from "../planning/runPlan.ts";
import type { Logger } from "../platform/logger.ts";
import { newRunView } from "./runView.ts";
import type { StoredRun } from "./runStore.ts";

const parsed = parseScenario({
  ...{ name: "n", targetUrl: "http://h/", durationSeconds: 60 },
  loadProfile: { type: "CONSTANT", initialRps: 100 },
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const createdAt = "2026-01-01T00:00:00.000Z";

export const storedScenario: StoredScenario = {
  ...parsed.scenario,
  ...{ id: "s", ownerId: "o", createdAt, updatedAt: createdAt },
};

/** Just created. */
export function newRun(id: string): StoredRun {
  return {
    ...{ id, scenarioId: "s", createdAtMs: 0, active: true, token: 0, version: 1 },
    ...{ streamPosition: "0", startAtUs: null, progress: null, scenario: storedScenario },
    view: newRunView(id, storedScenario, "o", planRun(storedScenario), createdAt),
  };
}

export const quiet = { warn: () => {}, info: () => {}, error: () => {} } as unknown as Logger;
