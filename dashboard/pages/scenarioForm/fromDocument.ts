import { type LoadProfile, loadProfileSchema } from "@onrush/shared/scenario/loadProfile.ts";
import { overloadOf } from "@onrush/shared/scenario/pacing.ts";
import { type Scenario, scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { ScenarioDocument } from "../../api/scenarios.ts";
import {
  type FormValues,
  newProfile,
  newRowId,
  newValues,
  type PacingValues,
  type ProfileValues,
} from "./formValues.ts";

/** Fields the form shows; all others are kept in `rest`. */
const shown = new Set([
  ...["name", "method", "targetUrl", "headers", "body", "durationSeconds", "numWorkers"],
  ...["loadProfile", "maxInFlight", "timeouts", "gracefulStopSeconds", "tls", "arrival", "pacing"],
  ...["overload", "connections", "thinkTimeSeconds", "seed"],
]);

const withId = <Row>(row: Row) => ({ rowId: newRowId(), ...row });

function profileValues(profile: LoadProfile): ProfileValues {
  const values = newProfile();
  switch (profile.type) {
    case "BURST": {
      const bursts = profile.bursts.map(({ repeatEverySeconds = "", ...burst }) =>
        withId({ ...burst, repeatEverySeconds }),
      );
      return { ...values, ...profile, bursts };
    }
    case "STAGES":
      return { ...values, ...profile, stages: profile.stages.map(withId) };
    case "VUS":
      return { ...values, ...profile, paceSeconds: profile.paceSeconds ?? "" };
    case "VU_STAGES": {
      const { stages, paceSeconds = "", ...own } = profile;
      return { ...values, ...own, paceSeconds, vuStages: stages.map(withId) };
    }
    case "CONSTANT":
    case "RAMP":
    case "SPIKE":
    case "ITERATIONS":
    case "DEVICES":
      return { ...values, ...profile };
  }
}

function pacingValues(scenario: Scenario): PacingValues {
  const { arrival, pacing, overload, connections, thinkTimeSeconds, seed } = scenario;
  const { policy, maxDelayMs } = overloadOf(overload);
  const limit = typeof connections === "number" ? connections : newValues().connectionLimit;
  return {
    ...{ arrival, pacing, seed, overload: policy, maxDelaySeconds: maxDelayMs / 1000 },
    connections: typeof connections === "number" ? "limited" : connections,
    connectionLimit: limit,
    thinkTimeSeconds: typeof thinkTimeSeconds === "number" ? thinkTimeSeconds : "",
  };
}

/** What the form has no field for; a distributed think time is more than its field can hold. */
function restOf(document: ScenarioDocument): Record<string, unknown> {
  const hidden = ([name, value]: [string, unknown]) =>
    !shown.has(name) || (name === "thinkTimeSeconds" && typeof value !== "number");
  return Object.fromEntries(Object.entries(document).filter(hidden));
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

function bodyText(body: unknown): Pick<FormValues, "body" | "bodyKind"> {
  if (body === undefined) return { body: "", bodyKind: "text" };
  if (typeof body === "string") return { body, bodyKind: "text" };
  return { body: JSON.stringify(body, null, 2), bodyKind: "json" };
}

/**
 * The form of a document, or undefined when the form cannot show it (steps, workloads, or a
 * document with mistakes the form has no field for): then it is edited as JSON.
 */
export function fromDocument(document: ScenarioDocument): FormValues | undefined {
  if ("steps" in document || "workloads" in document) return undefined;
  const profile = loadProfileSchema.safeParse(document["loadProfile"]);
  // The form has a field for a name and a target that are still missing.
  const filled = { ...document, name: document["name"] || "name" };
  const lenient = { ...filled, targetUrl: document["targetUrl"] || "http://preview.invalid/" };
  const parsed = scenarioSchema.safeParse(lenient);
  if (!profile.success || !parsed.success) return undefined;
  const { data } = parsed;
  return {
    ...newValues(),
    name: text(document["name"]),
    targetUrl: text(document["targetUrl"]),
    method: data.method ?? "GET",
    headers: Object.entries(data.headers ?? {}).map(([name, value]) => ({
      rowId: newRowId(),
      name,
      value,
    })),
    ...bodyText(data.body),
    ...(data.durationSeconds === undefined ? {} : { durationSeconds: data.durationSeconds }),
    numWorkers: data.numWorkers,
    profile: profileValues(profile.data),
    ...pacingValues(data),
    maxInFlight: data.maxInFlight,
    requestSeconds: data.timeouts.requestSeconds,
    gracefulStopSeconds: data.gracefulStopSeconds,
    acceptSelfSigned: !data.tls.rejectUnauthorized,
    rest: restOf(document),
  };
}
