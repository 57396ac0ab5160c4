import { definesLength } from "@onrush/shared/scenario/loadProfile.ts";
import type { FormValues, ProfileValues } from "./formValues.ts";
import { hasArrivals, profileTypes } from "./profileTypes.ts";

export interface Problem {
  path: string;
  message: string;
}

const flatFields = [
  ...["name", "method", "targetUrl", "body"],
  ...["durationSeconds", "numWorkers", "loadProfile"],
];

function profilePaths(profile: ProfileValues): string[] {
  const { fields, rows } = profileTypes[profile.type];
  const own = fields.map(({ name }) => `loadProfile.${name}`);
  if (rows === undefined) return own;
  const list = `loadProfile.${rows.path}`;
  const rowPaths = profile[rows.list].flatMap((_, i) => [
    `${list}[${i}]`,
    ...rows.fields.map(({ name }) => `${list}[${i}].${name}`),
  ]);
  return [...own, list, ...rowPaths];
}

/** Paths that the Advanced section has a place for. */
export function advancedPaths({ profile, overload }: FormValues): string[] {
  const always = [
    ...["timeouts.requestSeconds", "gracefulStopSeconds"],
    ...["pacing", "connections", "thinkTimeSeconds", "seed"],
  ];
  if (!hasArrivals(profile.type)) return always;
  const delay = overload === "queue" ? ["overload.maxDelaySeconds"] : [];
  return [...always, "arrival", "overload", "maxInFlight", ...delay];
}

/** Every path the form has a place for. */
export function fieldPaths(values: FormValues): Set<string> {
  const headers = values.headers.map(({ name }) => `headers.${name}`);
  const paths = [...flatFields, ...headers, ...profilePaths(values.profile)];
  const all = new Set([...paths, ...advancedPaths(values)]);
  if (definesLength(values.profile.type)) all.delete("durationSeconds");
  return all;
}

export interface PlacedProblems {
  byPath: ReadonlyMap<string, string>;
  /** Problems no field shows. */
  others: Problem[];
}

/** Puts each problem at its field; those without one make a list. */
export function placeProblems(
  problems: readonly Problem[],
  paths: ReadonlySet<string>,
): PlacedProblems {
  const byPath = new Map<string, string>();
  const others: Problem[] = [];
  for (const problem of problems) {
    const old = byPath.get(problem.path);
    if (!paths.has(problem.path)) others.push(problem);
    else
      byPath.set(problem.path, old === undefined ? problem.message : `${old}; ${problem.message}`);
  }
  return { byPath, others };
}

/** What only the form can know: a document cannot hold it. */
export function localProblems(values: FormValues): Problem[] {
  const problems: Problem[] = [];
  const names = new Set<string>();
  for (const { name, value } of values.headers) {
    const path = `headers.${name}`;
    if (name === "" && value !== "") problems.push({ path, message: "a header needs a name" });
    const key = name.toLowerCase();
    if (name !== "" && names.has(key)) problems.push({ path, message: "named twice" });
    names.add(key);
  }
  if (values.bodyKind === "json" && values.body !== "") {
    try {
      JSON.parse(values.body);
    } catch (error) {
      problems.push({ path: "body", message: error instanceof Error ? error.message : "not JSON" });
    }
  }
  return problems;
}
