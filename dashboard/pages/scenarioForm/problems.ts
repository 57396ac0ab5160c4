import type { FormValues, ProfileValues } from "./formValues.ts";

export interface Problem {
  path: string;
  message: string;
}

const flatFields = [
  ...["name", "method", "targetUrl", "body", "durationSeconds", "numWorkers", "maxInFlight"],
  ...["timeouts.requestSeconds", "gracefulStopSeconds"],
];

const rows = (list: string, count: number, fields: string[]) =>
  Array.from({ length: count }, (_, i) => `loadProfile.${list}[${i}]`).flatMap((row) => [
    row,
    ...fields.map((field) => `${row}.${field}`),
  ]);

function profilePaths(profile: ProfileValues): string[] {
  const base = ["loadProfile.initialRps"];
  switch (profile.type) {
    case "CONSTANT":
      return base;
    case "RAMP":
      return [...base, "loadProfile.targetRps", "loadProfile.rampUpSeconds"];
    case "SPIKE": {
      const fields = ["spikeRps", "spikeStartSecond", "spikeDurationSeconds"];
      return [...base, ...fields.map((field) => `loadProfile.${field}`)];
    }
    case "BURST": {
      const fields = ["startSecond", "durationSeconds", "rps", "repeatEverySeconds"];
      return [...base, ...rows("bursts", profile.bursts.length, fields)];
    }
    case "STAGES":
      return [...base, ...rows("stages", profile.stages.length, ["durationSeconds", "targetRps"])];
  }
}

/** Every path the form has a place for. */
export function fieldPaths(values: FormValues): Set<string> {
  const headers = values.headers.map(({ name }) => `headers.${name}`);
  const flat =
    values.profile.type === "STAGES" ? without(flatFields, "durationSeconds") : flatFields;
  return new Set([...flat, ...headers, ...profilePaths(values.profile)]);
}

const without = (names: string[], name: string) => names.filter((other) => other !== name);

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
