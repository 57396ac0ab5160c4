import { type LoadProfile, loadProfileSchema } from "@onrush/shared/scenario/loadProfile.ts";
import { scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { ScenarioDocument } from "../../api/scenarios.ts";
import {
  type FormValues,
  newProfile,
  newRowId,
  newValues,
  type ProfileValues,
} from "./formValues.ts";

/** Fields the form shows; all others are kept in `rest`. */
const shown = new Set([
  ...["name", "method", "targetUrl", "headers", "body", "durationSeconds", "numWorkers"],
  ...["loadProfile", "maxInFlight", "timeouts", "gracefulStopSeconds", "tls"],
]);

function profileValues(profile: LoadProfile): ProfileValues | undefined {
  const values = newProfile();
  switch (profile.type) {
    case "BURST":
      return {
        ...values,
        ...profile,
        bursts: profile.bursts.map((burst) => ({
          rowId: newRowId(),
          repeatEverySeconds: "",
          ...withoutUndefined(burst),
        })),
      };
    case "STAGES":
      return {
        ...values,
        ...profile,
        stages: profile.stages.map((stage) => ({ rowId: newRowId(), ...stage })),
      };
    case "CONSTANT":
    case "RAMP":
    case "SPIKE":
      return { ...values, ...profile };
    case "VUS":
    case "VU_STAGES":
    case "ITERATIONS":
    case "DEVICES":
      return undefined;
  }
}

interface BurstFields {
  startSecond: number;
  durationSeconds: number;
  rps: number;
  repeatEverySeconds?: number | undefined;
}

function withoutUndefined({ repeatEverySeconds, ...burst }: BurstFields) {
  return repeatEverySeconds === undefined ? burst : { ...burst, repeatEverySeconds };
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
  const values = profileValues(profile.data);
  if (values === undefined) return undefined;
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
    profile: values,
    maxInFlight: data.maxInFlight,
    requestSeconds: data.timeouts.requestSeconds,
    gracefulStopSeconds: data.gracefulStopSeconds,
    acceptSelfSigned: !data.tls.rejectUnauthorized,
    rest: Object.fromEntries(Object.entries(document).filter(([name]) => !shown.has(name))),
  };
}
