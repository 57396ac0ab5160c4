import type { RateCurve } from "../schedule/rateCurve.ts";
import { profileCurve } from "./profileCurve.ts";
import type { Scenario, Step, Workload } from "./scenarioSchema.ts";

/** A workload ready to plan: the one long form that short scenarios are turned into. */
export interface PlainWorkload {
  name: string;
  startMs: number;
  curve: RateCurve;
  steps: readonly Step[];
}

/** The steps of the short form (`targetUrl`, `method`, `headers`, `body`). */
function shortSteps(scenario: Scenario): Step[] {
  const { targetUrl, method, headers, body, checks } = scenario;
  const step: Step = {
    name: "request",
    protocol: "http",
    method: method ?? "GET",
    url: targetUrl ?? "",
    headers: headers ?? {},
    ...(checks === undefined ? {} : { checks }),
  };
  return [body === undefined ? step : { ...step, body }];
}

function plain(workload: Workload, scenarioSeconds: number): PlainWorkload {
  const seconds = workload.durationSeconds ?? Math.max(0, scenarioSeconds - workload.startSecond);
  return {
    name: workload.name,
    startMs: Math.round(workload.startSecond * 1000),
    curve: profileCurve(workload.loadProfile, seconds),
    steps: workload.steps,
  };
}

/** Every scenario as a list of workloads. The scenario has passed `parseScenario`. */
export function scenarioWorkloads(scenario: Scenario): PlainWorkload[] {
  const seconds = scenario.durationSeconds ?? 0;
  if (scenario.workloads !== undefined) return scenario.workloads.map((w) => plain(w, seconds));
  const loadProfile = scenario.loadProfile;
  if (loadProfile === undefined) return [];
  const steps = scenario.steps ?? shortSteps(scenario);
  return [plain({ name: "main", startSecond: 0, loadProfile, steps }, seconds)];
}

/** From the start of the run to the end of the last workload's curve. */
export function scenarioDurationMs(workloads: readonly PlainWorkload[]): number {
  return workloads.reduce((end, w) => Math.max(end, w.startMs + w.curve.durationMs), 0);
}
