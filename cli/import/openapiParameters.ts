import { encodeAround } from "./bodies.ts";
import type { Note } from "./imported.ts";
import { isObject, listOf, objectOf, objectsOf, type Raw, scalarOf, textOf } from "./raw.ts";
import type { References } from "./references.ts";
import { literal } from "./requestStep.ts";
import { generatedTexts, schemaExample } from "./schemaExample.ts";
import type { FormField } from "./sourceRequest.ts";

export interface PlacedParameters {
  path: Map<string, string>;
  query: FormField[];
  headers: FormField[];
}

/** The example of a parameter or a media type: its own, then that of its schema. */
export function exampleOf(raw: Raw, references: References): unknown {
  if (raw["example"] !== undefined) return raw["example"];
  const [first] = Object.values(objectOf(raw["examples"]));
  const named = references.resolve(first);
  return named["value"] ?? schemaExample(raw["schema"], references);
}

const hasExample = (raw: Raw, references: References) => {
  const schema = references.resolve(raw["schema"]);
  const told = [raw["example"], raw["examples"], schema["example"], schema["examples"]];
  return [...told, schema["default"], schema["enum"]].some((value) => value !== undefined);
};

/** `a,b` in paths and headers, `x=a&x=b` in queries unless it says otherwise. */
function textsOf(value: unknown, explode: boolean): string[] {
  if (Array.isArray(value)) {
    const texts = value.map((item: unknown) => scalarOf(item) ?? JSON.stringify(item));
    return explode ? texts : [texts.join(",")];
  }
  if (isObject(value)) return [JSON.stringify(value)];
  return [scalarOf(value) ?? ""];
}

/** Operation parameters replace those of the path with the same name and place. */
function merged(path: unknown, operation: unknown, references: References): Raw[] {
  const all = [...listOf(path), ...listOf(operation)].map((one) => references.resolve(one));
  const byKey = new Map(all.map((raw) => [`${String(raw["in"])} ${String(raw["name"])}`, raw]));
  return [...byKey.values()].filter((raw) => textOf(raw["name"]) !== undefined);
}

/** Values for the parameters that an operation needs, or has examples for. */
export function placeParameters(
  pathItem: Raw,
  operation: Raw,
  references: References,
  note: (note: Note) => void,
): PlacedParameters {
  const placed: PlacedParameters = { path: new Map(), query: [], headers: [] };
  const cookies: string[] = [];
  for (const raw of merged(pathItem["parameters"], operation["parameters"], references)) {
    const name = textOf(raw["name"]) ?? "";
    const isTold = hasExample(raw, references);
    if (raw["in"] !== "path" && raw["required"] !== true && !isTold) continue;
    const [content] = objectsOf(Object.values(objectOf(raw["content"])));
    const value = exampleOf(content ?? raw, references) ?? "1";
    if (!isTold && content === undefined) {
      const message = `has no example: ${JSON.stringify(value)} is used`;
      note({ where: `${String(raw["in"])} parameter ${name}`, message });
    }
    const texts = textsOf(value, raw["explode"] !== false);
    switch (raw["in"]) {
      case "path":
        placed.path.set(name, encodeAround(keepTemplates(textsOf(value, false).join(","))));
        break;
      case "query":
        for (const text of texts)
          placed.query.push({ name: literal(name), value: keepTemplates(text) });
        break;
      case "header":
        placed.headers.push({ name, value: keepTemplates(textsOf(value, false).join(",")) });
        break;
      default:
        cookies.push(`${name}=${keepTemplates(texts.join(","))}`);
    }
  }
  if (cookies.length > 0) placed.headers.push({ name: "Cookie", value: cookies.join("; ") });
  return placed;
}

/** Generated values may be templates; those of the document are meant literally. */
export const keepTemplates = (text: string) => (generatedTexts.has(text) ? text : literal(text));
