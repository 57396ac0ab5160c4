import { isObject, listOf, objectOf, type Raw } from "./raw.ts";
import type { References } from "./references.ts";

/** Deeper than this only what has to be there, and nothing below it. */
const MAX_DEPTH = 6;
/** Schemas in one example: ten properties on each level are a million on the sixth. */
const MAX_SCHEMAS = 2_000;

/** One example while it is made. */
interface Making {
  references: References;
  /** Schemas that the one at hand is in: one that contains itself is left out there. */
  open: Set<Raw>;
  schemasLeft: number;
}

const texts: Record<string, string> = {
  ...{ date: "2026-01-31", "date-time": "2026-01-31T12:00:00Z", time: "12:00:00Z" },
  ...{
    email: "user@example.com",
    uuid: "{{uuid}}",
    uri: "https://example.com/",
    url: "https://example.com/",
  },
  ...{ hostname: "example.com", ipv4: "192.0.2.1", ipv6: "2001:db8::1", byte: "ZXhhbXBsZQ==" },
  ...{ password: "${PASSWORD}" },
};

/** Those of the texts that another value takes the place of. */
export const generatedTexts: ReadonlySet<string> = new Set(["{{uuid}}", "${PASSWORD}"]);

function textExample(schema: Raw): string {
  const text = texts[String(schema["format"])] ?? "text";
  const least = Math.min(1000, Number(schema["minLength"] ?? 0));
  const most = Number(schema["maxLength"] ?? Infinity);
  return generatedTexts.has(text) ? text : text.padEnd(least, "x").slice(0, most);
}

function numberExample(schema: Raw, isWhole: boolean): number {
  const { minimum, exclusiveMinimum, maximum } = schema;
  const above =
    typeof exclusiveMinimum === "number" ? exclusiveMinimum + (isWhole ? 1 : 0.5) : undefined;
  const least = above ?? (typeof minimum === "number" ? minimum : 1);
  const value =
    typeof maximum === "number" ? Math.min(Math.max(least, 1), maximum) : Math.max(least, 1);
  return isWhole ? Math.ceil(value) : value;
}

function objectExample(schema: Raw, making: Making, depth: number): Raw {
  const required = new Set(listOf(schema["required"]));
  return Object.fromEntries(
    Object.entries(objectOf(schema["properties"])).flatMap(([name, inner]) => {
      const property = making.references.resolve(inner);
      if (property["readOnly"] === true) return [];
      if (depth >= MAX_DEPTH && !required.has(name)) return [];
      const value = exampleWithin(property, making, depth + 1);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function typeOf(schema: Raw): unknown {
  const { type } = schema;
  // OpenAPI 3.1 has lists: ["string", "null"].
  if (Array.isArray(type)) return type.find((one) => one !== "null");
  return (
    type ?? (isObject(schema["properties"]) || isObject(schema["allOf"]) ? "object" : undefined)
  );
}

function given(schema: Raw): unknown {
  if (schema["example"] !== undefined) return schema["example"];
  const [first] = listOf(schema["examples"]);
  if (first !== undefined) return first;
  if (schema["const"] !== undefined) return schema["const"];
  if (schema["default"] !== undefined) return schema["default"];
  return listOf(schema["enum"])[0];
}

/** A value that fits a JSON schema: its example when it has one; undefined when nothing is known. */
export function schemaExample(source: unknown, references: References): unknown {
  return exampleWithin(source, { references, open: new Set(), schemasLeft: MAX_SCHEMAS }, 0);
}

function exampleWithin(source: unknown, making: Making, depth: number): unknown {
  const schema = making.references.resolve(source);
  const told = given(schema);
  if (told !== undefined) return told;
  if (depth > MAX_DEPTH || making.open.has(schema) || making.schemasLeft-- <= 0) return undefined;
  making.open.add(schema);
  const value = madeExample(schema, making, depth);
  making.open.delete(schema);
  return value;
}

function madeExample(schema: Raw, making: Making, depth: number): unknown {
  const all = listOf(schema["allOf"]);
  if (all.length > 0) {
    const parts = [...all, { ...schema, allOf: [] }].map((part) =>
      exampleWithin(part, making, depth + 1),
    );
    return Object.assign({}, ...parts.filter(isObject)) as Raw;
  }
  const [either] = [...listOf(schema["oneOf"]), ...listOf(schema["anyOf"])];
  if (either !== undefined) return exampleWithin(either, making, depth + 1);
  switch (typeOf(schema)) {
    case "object":
      return objectExample(schema, making, depth);
    case "array": {
      const item = exampleWithin(schema["items"], making, depth + 1);
      return item === undefined ? [] : [item];
    }
    case "integer":
      return numberExample(schema, true);
    case "number":
      return numberExample(schema, false);
    case "boolean":
      return true;
    case "string":
      return textExample(schema);
    default:
      return undefined;
  }
}
