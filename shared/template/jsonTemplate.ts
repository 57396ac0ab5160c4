import {
  compileExpression,
  encodeText,
  joinParts,
  type TemplateEnvironment,
  type Text,
} from "./compileTemplate.ts";
import { encodeForJson } from "./encodings.ts";
import { numberFunctions } from "./functions.ts";
import { type Expression, hasTemplate, segmentsOf } from "./parseTemplate.ts";

/** Whether a data field holds nothing but numbers and booleans. */
export type IsBareField = (set: string, field: string) => boolean;

function isBare(expression: Expression, isBareField: IsBareField): boolean {
  if (expression.kind === "data") return isBareField(expression.set, expression.field);
  return expression.kind === "call" && numberFunctions.has(expression.name);
}

/**
 * A JSON document with templates in its strings. A string that is exactly one template whose value
 * is always a number or a boolean is sent as that, without quotes; all others stay strings.
 */
export function compileJson(
  document: unknown,
  env: TemplateEnvironment,
  isBareField: IsBareField,
): Text {
  const parts: Text[] = [];
  const addString = (text: string, mayBeBare: boolean) => {
    if (!hasTemplate(text)) return void parts.push(JSON.stringify(text));
    const segments = segmentsOf(text);
    const [only] = segments;
    const alone = segments.length === 1 && typeof only === "object" ? only : undefined;
    if (mayBeBare && alone !== undefined && isBare(alone, isBareField)) {
      return void parts.push(compileExpression(alone, env));
    }
    parts.push('"');
    for (const segment of segments) {
      if (typeof segment === "string") parts.push(encodeForJson(segment));
      else if (isBare(segment, isBareField)) parts.push(compileExpression(segment, env));
      else parts.push(encodeText(compileExpression(segment, env), encodeForJson));
    }
    parts.push('"');
  };
  const add = (value: unknown): void => {
    if (typeof value === "string") return addString(value, true);
    if (typeof value !== "object" || value === null) return void parts.push(JSON.stringify(value));
    const isArray = Array.isArray(value);
    parts.push(isArray ? "[" : "{");
    Object.entries(value).forEach(([key, item], index) => {
      if (index > 0) parts.push(",");
      if (!isArray) {
        addString(key, false);
        parts.push(":");
      }
      add(item);
    });
    parts.push(isArray ? "]" : "}");
  };
  add(document);
  return joinParts(parts);
}

/** Every string of a JSON document with its path, keys too. */
export function stringsIn(document: unknown, path: string): { path: string; text: string }[] {
  if (typeof document === "string") return [{ path, text: document }];
  if (typeof document !== "object" || document === null) return [];
  if (Array.isArray(document)) {
    return document.flatMap((item, i) => stringsIn(item, `${path}[${i}]`));
  }
  return Object.entries(document).flatMap(([key, item]) => [
    { path, text: key },
    ...stringsIn(item, `${path}.${key}`),
  ]);
}
