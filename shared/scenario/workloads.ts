import { type FlowGroup, groupsOf, stepsOf } from "../flow/flow.ts";
import type { OnError } from "../flow/flowSchema.ts";
import { type ThinkTime, thinkTimeOf } from "../schedule/thinkTime.ts";
import { httpOptionsOf } from "./http.ts";
import type { HttpOptions } from "./httpOptions.ts";
import { type Load, loadDurationMs, profileLoad } from "./load.ts";
import { isClosed } from "./loadProfile.ts";
import { type Overload, overloadOf } from "./pacing.ts";
import type { StepDefaults } from "./requestFields.ts";
import type { FlowElement, Scenario, Step, Workload } from "./scenarioSchema.ts";
import { SCRIPT_LIMIT_MS, type ScriptKind } from "../wire/script.ts";
import { profileStages, type Stage } from "./profileStages.ts";

/** A workload ready to plan: the one long form that short scenarios are turned into. */
export interface PlainWorkload {
  name: string;
  startMs: number;
  load: Load;
  stages: readonly Stage[];
  thinkTime: ThinkTime | null;
  overload: Overload;
  connections: Scenario["connections"];
  http: HttpOptions;
  defaults: StepDefaults;
  /** Undefined where nothing is said: then only what could not be extracted ends an iteration. */
  onError: OnError | undefined;
  /** Whether its users keep the cookies of answers. */
  cookies: boolean;
  flow: readonly FlowElement[];
  /** The steps of the flow with all their tags; results count by their places here. */
  steps: readonly Step[];
  groups: readonly FlowGroup[];
}

/** The steps of the short form (`targetUrl`, `method`, `headers`, `body`, …). */
function shortSteps(scenario: Scenario): Step[] {
  const { targetUrl, method, headers } = scenario;
  const step: Step = {
    name: "request",
    protocol: "http",
    method: method ?? "GET",
    url: targetUrl ?? "",
    headers: headers ?? {},
    ...present(scenario, ["body", "query", "form", "multipart", "bodyFile", "compress", "checks"]),
  };
  return [step];
}

/** Those of the fields that are there. */
function present<T extends object, K extends keyof T>(from: T, fields: readonly K[]) {
  const pairs = fields.flatMap((field) =>
    from[field] === undefined ? [] : [[field, from[field]]],
  );
  return Object.fromEntries(pairs) as { [F in K]?: Exclude<T[F], undefined> };
}

function defaultsOf(workload: Workload, scenario: Scenario): StepDefaults {
  return {
    ...present(scenario, ["auth", "acceptEncoding"]),
    ...present(workload, ["auth", "acceptEncoding"]),
    outcomes: [...(workload.outcomes ?? []), ...(scenario.outcomes ?? [])],
  };
}

/** Arrivals are fresh users each: a scenario's "perUser" is meant for its closed workloads. */
function connectionsOf(workload: Workload, scenario: Scenario): Scenario["connections"] {
  if (workload.connections !== undefined) return workload.connections;
  const inherited = scenario.connections;
  return inherited === "perUser" && !isClosed(workload.loadProfile.type) ? "shared" : inherited;
}

/** What a workload does not say itself, its scenario says. */
function plain(workload: Workload, scenario: Scenario): PlainWorkload {
  const { startSecond, durationSeconds, loadProfile, steps } = workload;
  const left = Math.max(0, (scenario.durationSeconds ?? 0) - startSecond);
  const arrival = workload.arrival ?? scenario.arrival;
  const think = workload.thinkTimeSeconds ?? scenario.thinkTimeSeconds;
  return {
    name: workload.name,
    startMs: Math.round(startSecond * 1000),
    load: profileLoad(loadProfile, durationSeconds ?? left, arrival),
    stages: profileStages(loadProfile, durationSeconds ?? left),
    thinkTime: think === undefined ? null : thinkTimeOf(think),
    overload: overloadOf(workload.overload ?? scenario.overload),
    connections: connectionsOf(workload, scenario),
    http: httpOptionsOf(workload.http ?? scenario.http),
    defaults: defaultsOf(workload, scenario),
    onError: workload.onError ?? scenario.onError,
    cookies: workload.cookies ?? scenario.cookies ?? false,
    flow: steps,
    steps: stepsOf(steps),
    groups: groupsOf(steps),
  };
}

/** Every scenario as a list of workloads. The scenario has passed `parseScenario`. */
export function scenarioWorkloads(scenario: Scenario): PlainWorkload[] {
  if (scenario.workloads !== undefined) return scenario.workloads.map((w) => plain(w, scenario));
  const loadProfile = scenario.loadProfile;
  if (loadProfile === undefined) return [];
  const steps = scenario.steps ?? shortSteps(scenario);
  return [plain({ name: "main", startSecond: 0, loadProfile, steps }, scenario)];
}

/** Setup or teardown, as a workload of one iteration; undefined where there is none. */
export function scriptWorkload(scenario: Scenario, kind: ScriptKind): PlainWorkload | undefined {
  const steps = scenario[kind];
  if (steps === undefined) return undefined;
  const maxDurationSeconds = SCRIPT_LIMIT_MS / 1000;
  const once = { type: "ITERATIONS", iterations: 1, concurrency: 1, maxDurationSeconds } as const;
  const workload = plain({ name: kind, startSecond: 0, loadProfile: once, steps }, scenario);
  // Pauses and what happens after failures are meant for the load.
  return { ...workload, connections: "shared", thinkTime: null, onError: "abortIteration" };
}

/** From the start of the run to where the last workload ends at the latest. */
export function scenarioDurationMs(workloads: readonly PlainWorkload[]): number {
  return workloads.reduce((end, w) => Math.max(end, w.startMs + loadDurationMs(w.load)), 0);
}
