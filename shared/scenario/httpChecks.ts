import { rawSteps } from "../flow/rawFlow.ts";
import { httpOptionsOf, httpSchema } from "./http.ts";
import { beyondRaw } from "./httpOptions.ts";
import type { Problem } from "./problems.ts";

/** Checks of `http` with the fields around it, on the raw document like `crossChecks.ts`. */

type Raw = Record<string, unknown>;

const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What an owner, the scenario or a workload, asks for in so many words. */
function ownProblems(owner: Raw, transport: unknown, prefix: string): Problem[] {
  const parsed = httpSchema.safeParse(owner["http"]);
  if (!parsed.success || transport !== "raw") return [];
  return beyondRaw(httpOptionsOf(parsed.data)).map((field) => ({
    path: `${prefix}http.${field}`,
    message: 'the raw transport does not have it: use transport "auto" or "undici"',
  }));
}

/** HTTP/2 is spoken over TLS only: browsers and most servers know no other. */
function cleartextProblems(owner: Raw, inherited: unknown, prefix: string): Problem[] {
  const http = owner["http"] ?? inherited;
  if (!isObject(http) || http["version"] !== "2") return [];
  const urls: [string, unknown][] = [["targetUrl", owner["targetUrl"]]];
  // Setup and teardown are a scenario's only.
  for (const field of ["steps", "setup", "teardown"]) {
    for (const { step, path } of rawSteps(owner[field], field)) {
      urls.push([`${path}.url`, step["url"]]);
    }
  }
  return urls
    .filter(([, url]) => typeof url === "string" && /^http:/i.test(url))
    .map(([field]) => ({
      path: `${prefix}${field}`,
      message: "HTTP/2 is spoken over TLS only (no h2c): use https:// or http.version 1.1",
    }));
}

export function httpProblems(document: Raw): Problem[] {
  const { transport, http } = document;
  const problems = [
    ...ownProblems(document, transport, ""),
    ...cleartextProblems(document, undefined, ""),
  ];
  asList(document["workloads"]).forEach((workload, i) => {
    if (!isObject(workload)) return;
    const prefix = `workloads[${i}].`;
    problems.push(
      ...ownProblems(workload, transport, prefix),
      ...cleartextProblems(workload, http, prefix),
    );
  });
  return problems;
}
