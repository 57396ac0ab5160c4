import { goDurationSeconds } from "./goDuration.ts";
import {
  type Imported,
  type ImportedScenario,
  type ImportedWorkload,
  ImportError,
  type Note,
  PLACEHOLDER_BASE_URL,
  standInNote,
} from "./imported.ts";
import { executorLoad } from "./k6Executors.ts";
import { type K6Script, optionsOfScript, readK6Script } from "./k6Literal.ts";
import { requestsOfFunction } from "./k6Steps.ts";
import { slaLines } from "./k6Thresholds.ts";
import { plainSteps } from "./nestSteps.ts";
import { isObject, objectOf, objectsOf, type Raw, textOf } from "./raw.ts";
import { literal, toSteps } from "./requestStep.ts";

/** Options do not say what is requested. */
const PLACEHOLDER_URL = `${PLACEHOLDER_BASE_URL}/`;

/** Options of the whole test that are read below. */
const readOptions = new Set([
  ...["scenarios", "stages", "vus", "duration", "iterations", "thresholds", "userAgent"],
  ...["insecureSkipTLSVerify", "maxRedirects", "minIterationDuration", "httpDebug"],
  ...["summaryTrendStats", "summaryTimeUnit", "setupTimeout", "teardownTimeout", "noUsageReport"],
  ...["discardResponseBodies", "noCookiesReset"],
]);

const readScenarioFields = new Set([
  ...["executor", "startTime", "gracefulStop", "gracefulRampDown", "vus", "duration", "stages"],
  ...["startVUs", "rate", "timeUnit", "preAllocatedVUs", "maxVUs", "startRate", "iterations"],
  ...["maxDuration"],
]);

const isSet = (value: unknown) =>
  value !== undefined && value !== null && value !== false && value !== "";

/** Everything that is set and that nothing reads. */
function noteUnread(raw: Raw, read: ReadonlySet<string>, prefix: string, left: Note[]): void {
  for (const [name, value] of Object.entries(raw)) {
    if (read.has(name) || !isSet(value)) continue;
    if (isObject(value) && Object.keys(value).length === 0) continue;
    left.push({ where: `${prefix}${name}`, message: "has no counterpart" });
  }
}

/** `vus`, `duration`, `iterations`, `stages`: k6's short forms of one scenario, as k6 reads them. */
function shortcut(options: Raw): Raw {
  const { vus, duration, iterations, stages } = options;
  if (isSet(iterations)) {
    return { executor: "shared-iterations", vus, iterations, maxDuration: duration };
  }
  if (isSet(duration)) return { executor: "constant-vus", vus, duration };
  if (objectsOf(stages).length > 0) return { executor: "ramping-vus", startVUs: vus, stages };
  return { executor: "shared-iterations", vus, iterations: 1 };
}

interface Source {
  options: Raw;
  /** Undefined where the options are JSON. */
  script: K6Script | undefined;
}

function headersOf(options: Raw): { headers?: Record<string, string> } {
  const agent = textOf(options["userAgent"]);
  return agent === undefined || agent === "" ? {} : { headers: { "User-Agent": agent } };
}

/** The steps of the function that a scenario runs; undefined where none could be read. */
function stepsOf(script: K6Script | undefined, exec: unknown, agent: string, left: Note[]) {
  if (script === undefined) return undefined;
  const requests = requestsOfFunction(script, textOf(exec) ?? "default", left).map((request) => {
    const has = request.headers.some(({ name }) => name.toLowerCase() === "user-agent");
    if (agent === "" || has) return request;
    const headers = [...request.headers, { name: "User-Agent", value: literal(agent) }];
    return { ...request, headers };
  });
  const steps = toSteps(requests, left);
  return steps.length === 0 ? undefined : steps;
}

function workloadOf(
  name: string,
  raw: Raw,
  { options, script }: Source,
  left: Note[],
): ImportedWorkload | undefined {
  const where = `scenarios.${name}`;
  const { exec, ...others } = raw;
  noteUnread(script === undefined ? raw : others, readScenarioFields, `${where}.`, left);
  const pace = goDurationSeconds(options["minIterationDuration"]);
  const paceSeconds = pace !== undefined && pace > 0 ? pace : undefined;
  const load = executorLoad({ raw, where, left }, paceSeconds);
  if (load === undefined) return undefined;
  const start = goDurationSeconds(raw["startTime"]) ?? 0;
  const step = { name, protocol: "http" as const, url: PLACEHOLDER_URL, ...headersOf(options) };
  const steps = stepsOf(script, exec, textOf(options["userAgent"]) ?? "", left) ?? [step];
  return { name, ...(start > 0 ? { startSecond: start } : {}), ...load, steps };
}

function settingsOf(options: Raw, scenarios: readonly Raw[]) {
  const redirects = options["maxRedirects"];
  const stops = scenarios.flatMap((raw) => goDurationSeconds(raw["gracefulStop"]) ?? []);
  const maxVus = Math.max(0, ...scenarios.map(({ maxVUs }) => Number(maxVUs) || 0));
  return {
    ...(stops.length > 0 ? { gracefulStopSeconds: Math.min(3_600, Math.max(...stops)) } : {}),
    // k6 drops what finds no free VU, and so does a full maxInFlight.
    ...(maxVus > 0 ? { maxInFlight: Math.min(1_000_000, maxVus) } : {}),
    ...(options["insecureSkipTLSVerify"] === true ? { tls: { rejectUnauthorized: false } } : {}),
    ...(typeof redirects === "number" && redirects > 0
      ? { http: { maxRedirects: Math.min(20, redirects) } }
      : {}),
  };
}

/** The options of k6: JSON as `k6 inspect` prints them, or a script. */
export function importK6(text: string): Imported {
  const left: Note[] = [];
  const source = readSource(text, left);
  const { options, script } = source;
  noteUnread(options, readOptions, "", left);
  const given = Object.entries(objectOf(options["scenarios"]));
  const named = given.length > 0 ? given : [["default", shortcut(options)] as const];
  const scenarios = named.map(([name, raw]) => [name, objectOf(raw)] as const);
  const workloads = scenarios.flatMap(([name, raw]) => workloadOf(name, raw, source, left) ?? []);
  if (workloads.length === 0) throw new ImportError("the options have no scenario that is known");
  noteScript(workloads, script, left);
  const form = inShortestForm(workloads);
  const names = new Set(workloads.map(({ name }) => name));
  const stepNames = workloads.flatMap(({ steps }) => plainSteps(steps)).map(({ name }) => name);
  const sla = slaLines(
    options["thresholds"],
    { steps: new Set(stepNames), workloads: form.workloads === undefined ? new Set() : names },
    left,
  );
  return {
    scenario: {
      name: "k6 options",
      ...settingsOf(
        options,
        scenarios.map(([, raw]) => raw),
      ),
      ...form,
      ...(sla.length > 0 ? { sla } : {}),
    },
    left,
  };
}

/** One workload that begins at once needs no list. */
function inShortestForm(workloads: readonly ImportedWorkload[]): Partial<ImportedScenario> {
  const [only] = workloads;
  if (workloads.length > 1 || only === undefined || only.startSecond !== undefined) {
    return { workloads: [...workloads] };
  }
  const { durationSeconds, loadProfile, steps } = only;
  return {
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    loadProfile,
    steps,
  };
}

/** What no step stands for. */
function noteScript(
  workloads: readonly ImportedWorkload[],
  script: Source["script"],
  left: Note[],
) {
  for (const name of ["setup", "teardown"]) {
    if (script?.functions.has(name) !== true) continue;
    left.push({ where: name, message: "is not carried over: its requests are none of the load" });
  }
  const isPlaceholder = ({ steps }: ImportedWorkload) =>
    plainSteps(steps).some(({ url }) => url === PLACEHOLDER_URL);
  if (!workloads.some(isPlaceholder)) return;
  const message = "say nothing of requests, or none could be read: one GET stands for them";
  left.push({ where: "options", message: `${message}; write the steps` });
  left.push(standInNote("options", "no address could be read"));
}

function readSource(text: string, left: Note[]): Source {
  if (text.trimStart().startsWith("{")) return { options: readJson(text), script: undefined };
  const script = readK6Script(text);
  return { options: optionsOfScript(script, left), script };
}

function readJson(text: string): Raw {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new ImportError(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  // `k6 archive` metadata and some tools wrap them.
  const inner = objectOf(document)["options"];
  return isObject(inner) ? inner : objectOf(document);
}
