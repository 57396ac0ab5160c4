import { rawElements, rawSteps } from "../flow/rawFlow.ts";

type Raw = Record<string, unknown>;
type TagNames = Readonly<Record<string, string>>;

interface StepNames {
  name: string;
  checks: readonly string[];
  tags: TagNames;
}

/** Names that lines may use, as far as a raw document tells them. */
export interface SlaNames {
  workloads: readonly {
    name: string;
    steps: readonly StepNames[];
    groups: readonly StepNames[];
  }[];
  outcomes: readonly string[];
}

const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objectsIn = (list: unknown): Raw[] => (Array.isArray(list) ? list.filter(isObject) : []);

const nameOf = ({ name }: Raw) => (typeof name === "string" ? name.trim() : "");

function tagsOf({ tags }: Raw, around: TagNames): TagNames {
  if (!isObject(tags)) return around;
  const own = Object.entries(tags).map(([name, value]) => [name, String(value)]);
  return { ...around, ...(Object.fromEntries(own) as TagNames) };
}

function stepNames(step: Raw, around: TagNames): StepNames {
  const checks = Array.isArray(step["checks"]) ? step["checks"] : [];
  const names = checks.map((check: unknown) =>
    typeof check === "string" ? check : isObject(check) ? nameOf(check) : "",
  );
  return { name: nameOf(step), checks: names, tags: tagsOf(step, around) };
}

/** The steps of a flow, each with the tags of what stands around it. */
function flowNames(steps: unknown, around: TagNames): StepNames[] {
  const documents = objectsIn(steps);
  return rawElements(documents, "").flatMap((element, i) => {
    const tags = tagsOf(documents[i] ?? {}, around);
    switch (element.kind) {
      case "step":
        return [stepNames(element.step, around)];
      case "parallel":
        return element.steps.map(({ step }) => stepNames(step, tags));
      case "choice":
        return element.branches.flatMap(({ branch }) => flowNames(branch["steps"], tags));
      case "block":
        return flowNames(element.block["steps"], tags);
    }
  });
}

/** The named groups of a flow, those in others included. */
function groupNames(steps: unknown, around: TagNames): StepNames[] {
  const documents = objectsIn(steps);
  return rawElements(documents, "").flatMap((element, i) => {
    const tags = tagsOf(documents[i] ?? {}, around);
    if (element.kind === "choice") {
      return element.branches.flatMap(({ branch }) => groupNames(branch["steps"], tags));
    }
    if (element.kind !== "block") return [];
    const inner = groupNames(element.block["steps"], tags);
    const { group } = element.block;
    return typeof group === "string" ? [{ name: group.trim(), checks: [], tags }, ...inner] : inner;
  });
}

/** The names in a raw document, those of the short form included. */
export function slaNames(document: Raw): SlaNames {
  const workloads = document["workloads"];
  const isShort = workloads === undefined && document["steps"] === undefined;
  const plain = isShort
    ? [{ ...stepNames(document, {}), name: "request" }]
    : flowNames(document["steps"], {});
  return {
    workloads:
      workloads === undefined
        ? [{ name: "main", steps: plain, groups: groupNames(document["steps"], {}) }]
        : objectsIn(workloads).map((one) => ({
            name: nameOf(one),
            steps: flowNames(one["steps"], {}),
            groups: groupNames(one["steps"], {}),
          })),
    outcomes: outcomesIn(document, workloads),
  };
}

/** A scenario, its workloads and its steps may all name outcomes. */
function outcomesIn(document: Raw, workloads: unknown): string[] {
  const owners = [document, ...objectsIn(workloads)];
  const steps = owners.flatMap((owner) => rawSteps(owner["steps"], "").map(({ step }) => step));
  return [...owners, ...steps].flatMap(({ outcomes }) => objectsIn(outcomes).map(nameOf));
}
