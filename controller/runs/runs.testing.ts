import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { WorkerRequest } from "@onrush/shared/wire/localMessages.ts";
import { planRun } from "../planning/runPlan.ts";
import type { LocalWorkerLink } from "../platform/local/localWorkerLink.ts";
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

/** The worker's end of a channel: what is said there comes to the link. */
export function channelTo(link: LocalWorkerLink): (message: WorkerRequest) => void {
  let hear: (message: unknown) => void = () => {};
  link.attach({ onMessage: (handle) => (hear = handle), send() {}, onClose() {}, close() {} });
  return (message) => hear({ id: 1, ...message });
}

/** Workers that live, and tell so when they are asked to, with the run that each has a share of. */
export function workersOn(
  link: LocalWorkerLink,
  ...workerIds: string[]
): (held?: Readonly<Record<string, string>>) => void {
  const say = channelTo(link);
  const health = { threads: 1, cpu: 0, rssBytes: 1, mbps: 0, lagMs: 0 };
  const rest = { hostname: "h", pid: 1, labels: {}, state: "idle" as const, ...health };
  return (held = {}) => {
    for (const workerId of workerIds) {
      const runId = held[workerId];
      const share = { share: "0/0", epoch: 1, started: 0, dropped: 0 };
      const shares = runId === undefined ? [] : [{ runId, ...share }];
      const heartbeat = { workerId, clockOffsetUs: 0, clockErrorUs: 0, ...rest, shares };
      say({ type: "beat", heartbeat });
    }
  };
}
