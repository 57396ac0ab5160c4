import { depthProblems, rawFlows, rawSteps } from "../flow/rawFlow.ts";
import type { Problem } from "./problems.ts";

/** Where a scenario names files, read from the raw document like `crossChecks.ts`. */

type Raw = Record<string, unknown>;

const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const entriesOf = (value: unknown) => (isObject(value) ? Object.entries(value) : []);

export interface NamedFile {
  path: string;
  name: string;
}

function inRequest(request: Raw, path: string): NamedFile[] {
  const at = (field: string) => (path === "" ? field : `${path}.${field}`);
  const files: NamedFile[] = [];
  const add = (name: unknown, where: string) => {
    if (typeof name === "string") files.push({ path: where, name });
  };
  add(request["bodyFile"], at("bodyFile"));
  listOf(request["multipart"]).forEach((part, i) => {
    if (isObject(part)) add(part["file"], `${at("multipart")}[${i}].file`);
  });
  return files;
}

/** Every place of the document that names a file. */
export function namedFiles(document: unknown): NamedFile[] {
  if (!isObject(document)) return [];
  const ofData = entriesOf(document["data"]).flatMap(([set, value]) =>
    ["csv", "json"].flatMap((field) => {
      const name = isObject(value) ? value[field] : undefined;
      return typeof name === "string" ? [{ path: `data.${set}.${field}`, name }] : [];
    }),
  );
  // What is nested too deep is refused as that.
  if (depthProblems(document).length > 0) return ofData;
  const steps = rawFlows(document).flatMap(({ path, steps }) => rawSteps(steps, path));
  const ofSteps = steps.flatMap(({ path, step }) => inRequest(step, path));
  return [...ofData, ...inRequest(document, ""), ...ofSteps];
}

/** Files that are named, but not by what they hold. */
export function fileProblems(document: unknown): Problem[] {
  if (!isObject(document)) return [];
  const known = new Set(entriesOf(document["files"]).map(([name]) => name));
  return namedFiles(document)
    .filter(({ name }) => !known.has(name))
    .map(({ path, name }) => ({
      path,
      message: `${JSON.stringify(name)} is not in files: upload it (PUT /api/v1/files/{sha256}) and add it to files as {"sha256", "bytes"}`,
    }));
}
