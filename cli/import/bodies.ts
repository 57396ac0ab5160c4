import type { StepInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { FormField, RequestBody } from "./sourceRequest.ts";

/** How the bodies of a source are written in a scenario. */

/** Numbers that JavaScript would write otherwise (1.0, 12345678901234567890) stay in a text. */
function losslessJson(text: string): unknown {
  let isExact = true;
  const value: unknown = JSON.parse(text, (_key, inner: unknown, context?: { source?: string }) => {
    if (typeof inner === "number" && context?.source !== String(inner)) isExact = false;
    return inner;
  });
  return isExact ? value : undefined;
}

/** JSON as JSON, so that it can be read and edited; everything else as the text it is. */
function jsonBody(text: string, contentType: string | undefined): StepInput["body"] {
  if (contentType === undefined || !/[/+]json\b/i.test(contentType)) return text;
  try {
    const value = losslessJson(text);
    return typeof value === "object" && value !== null ? (value as StepInput["body"]) : text;
  } catch {
    return text;
  }
}

/** `$${` is no variable; braces in file names are none of templates. */
export const fileName = (path: string) => path.replaceAll("${", () => "$${");

/** Percent-encodes a value around its templates; what those give is not encoded. */
export function encodeAround(text: string): string {
  return text
    .split(/(\{\{.*?\}\}|\$\{.*?\})/)
    .map((part, i) => (i % 2 === 1 ? part : encodeURIComponent(part)))
    .join("");
}

/** Fields by name; a name that comes several times has a list. */
export function toFields(fields: readonly FormField[]): NonNullable<StepInput["form"]> {
  const byName = new Map<string, string[]>();
  for (const { name, value } of fields) byName.set(name, [...(byName.get(name) ?? []), value]);
  return Object.fromEntries(
    [...byName].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values]),
  );
}

/** Bodies that bring their `Content-Type`; the step's own would be another one. */
export function bodyFields(body: RequestBody, contentType: string | undefined): Partial<StepInput> {
  switch (body.kind) {
    case "text":
      return { body: jsonBody(body.text, contentType) };
    case "file":
      return { bodyFile: body.file };
    case "json":
      return { body: body.value as StepInput["body"] };
    case "form":
      return body.fields.length === 0 ? {} : { form: toFields(body.fields) };
    case "multipart":
      return body.parts.length === 0
        ? {}
        : {
            multipart: body.parts.map(({ name, value, file, fileName, contentType }) => ({
              name,
              ...(file === undefined ? { value } : { file }),
              ...(fileName === undefined ? {} : { filename: fileName }),
              ...(contentType === undefined ? {} : { contentType }),
            })),
          };
  }
}
