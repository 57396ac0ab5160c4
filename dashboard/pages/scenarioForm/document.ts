import type { ScenarioDocument } from "../../api/scenarios.ts";
import { definesLength } from "@onrush/shared/scenario/loadProfile.ts";
import type {
  BurstRow,
  FormValues,
  NumberText,
  ProfileValues,
  StageRow,
  VuStageRow,
} from "./formValues.ts";
import { hasBody } from "./formValues.ts";
import { hasArrivals, profileTypes } from "./profileTypes.ts";

/** An empty field is left out, so that the controller says it is needed. */
function numberField(name: string, value: NumberText): Record<string, unknown> {
  return value === "" ? {} : { [name]: value };
}

const numbers = (fields: Record<string, NumberText>) =>
  Object.assign(
    {},
    ...Object.entries(fields).map(([name, value]) => numberField(name, value)),
  ) as Record<string, unknown>;

function rowDocument({
  rowId: _rowId,
  ...row
}: BurstRow | StageRow | VuStageRow): Record<string, unknown> {
  return numbers(row);
}

function profileDocument(profile: ProfileValues): Record<string, unknown> {
  const { type } = profile;
  const { fields, rows } = profileTypes[type];
  const own = numbers(Object.fromEntries(fields.map(({ name }) => [name, profile[name]])));
  if (rows === undefined) return { type, ...own };
  return { type, ...own, [rows.path]: profile[rows.list].map(rowDocument) };
}

function overloadField({ overload, maxDelaySeconds }: FormValues): Record<string, unknown> {
  if (overload === "drop") return {};
  if (overload === "fail") return { overload };
  return { overload: { policy: overload, ...numbers({ maxDelaySeconds }) } };
}

function connectionsField(values: FormValues): Record<string, unknown> {
  const { connections, connectionLimit, profile } = values;
  // An empty limit is sent as it is, for the controller to ask for a number.
  if (connections === "limited") return { connections: connectionLimit };
  const perUser = connections === "perUser" && !hasArrivals(profile.type);
  return perUser ? { connections } : {};
}

/** How iterations begin and wait, as far as it differs from what is usual. */
function pacingFields(values: FormValues): Record<string, unknown> {
  const { arrival, pacing, thinkTimeSeconds, seed, profile } = values;
  const open = hasArrivals(profile.type);
  return {
    ...(open && arrival !== "uniform" ? { arrival } : {}),
    ...(pacing === "timer" ? {} : { pacing }),
    ...(open ? overloadField(values) : {}),
    ...connectionsField(values),
    ...numbers({ thinkTimeSeconds }),
    ...(seed === 0 ? {} : numbers({ seed })),
  };
}

function bodyField({ body, bodyKind, method }: FormValues): Record<string, unknown> {
  if (!hasBody(method) || body === "") return {};
  if (bodyKind === "text") return { body };
  try {
    return { body: JSON.parse(body) as unknown };
  } catch {
    // `localProblems` tells; the text keeps the rest of the document usable for the preview.
    return { body };
  }
}

/** The scenario document of what is in the form. */
export function toDocument(values: FormValues): ScenarioDocument {
  const { name, method, targetUrl, profile, durationSeconds, numWorkers, rest } = values;
  const headers = values.headers.filter((row) => row.name !== "" || row.value !== "");
  return {
    name,
    targetUrl,
    method,
    ...(headers.length > 0
      ? { headers: Object.fromEntries(headers.map((row) => [row.name, row.value])) }
      : {}),
    ...bodyField(values),
    ...(definesLength(profile.type) ? {} : numbers({ durationSeconds })),
    ...numbers({ numWorkers }),
    loadProfile: profileDocument(profile),
    ...(hasArrivals(profile.type) ? numbers({ maxInFlight: values.maxInFlight }) : {}),
    timeouts: numbers({ requestSeconds: values.requestSeconds }),
    ...numbers({ gracefulStopSeconds: values.gracefulStopSeconds }),
    ...pacingFields(values),
    ...(values.acceptSelfSigned ? { tls: { rejectUnauthorized: false } } : {}),
    ...rest,
  };
}

/** A document without what only the store adds, as it can be sent back. */
export function withoutStoreFields(stored: ScenarioDocument): ScenarioDocument {
  const { id: _id, ownerId: _owner, createdAt: _created, updatedAt: _updated, ...rest } = stored;
  // The default, filled in by the store; written out it is refused beside users.
  const { overload, ...others } = rest;
  return overload === "drop" ? others : rest;
}

/** The document the preview asks for: a name and a target not typed yet do not hide the curve. */
export function previewDocument(document: ScenarioDocument): ScenarioDocument {
  const out = { ...document };
  if (out["name"] === "") out["name"] = "preview";
  if (out["targetUrl"] === "") out["targetUrl"] = "http://preview.invalid/";
  return out;
}

export interface ReadText {
  document?: ScenarioDocument;
  error?: string;
}

/** The document in a text of JSON, or why there is none. */
export function parseText(text: string): ReadText {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { document: value as ScenarioDocument };
    }
    return { error: "A scenario is a JSON object: { … }" };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
