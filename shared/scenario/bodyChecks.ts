import type { Problem } from "./problems.ts";

/** Checks of what a request carries, on the raw document like `crossChecks.ts`. */

type Raw = Record<string, unknown>;

const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Fields that are a body; a request has at most one of them. */
export const bodyFields = ["body", "form", "multipart", "bodyFile"] as const;

function bodyProblems(step: Raw, prefix: string): Problem[] {
  const named = bodyFields.filter((field) => step[field] !== undefined);
  const [first, ...others] = named;
  const method = step["method"] ?? "GET";
  const problems: Problem[] = others.map((field) => ({
    path: `${prefix}${field}`,
    message: `not together with ${String(first)}: a request has one body`,
  }));
  if (step["compress"] !== undefined && first === undefined) {
    problems.push({ path: `${prefix}compress`, message: "there is no body to compress" });
  }
  if (first !== undefined && (method === "GET" || method === "HEAD")) {
    const hint = step["method"] === undefined ? '; name a method, such as "POST"' : "";
    problems.unshift({
      path: `${prefix}${first}`,
      message: `a ${method} request has no body${hint}`,
    });
  }
  return problems;
}

function headerProblems(step: Raw, prefix: string): Problem[] {
  const headers = isObject(step["headers"]) ? Object.keys(step["headers"]) : [];
  const problems: Problem[] = [];
  const refuse = (field: string, header: string) => {
    const name = headers.find((one) => one.toLowerCase() === header);
    if (step[field] === undefined || name === undefined) return;
    problems.push({
      path: `${prefix}${field}`,
      message: `not together with the header ${name}: leave one of them out`,
    });
  };
  if (step["auth"] !== "none") refuse("auth", "authorization");
  refuse("acceptEncoding", "accept-encoding");
  refuse("multipart", "content-type");
  refuse("compress", "content-encoding");
  return problems;
}

/** What is wrong between the fields of one request. */
export function requestFieldProblems(step: Raw, prefix: string): Problem[] {
  return [...bodyProblems(step, prefix), ...headerProblems(step, prefix)];
}
