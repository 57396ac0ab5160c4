/** Reading documents of unknown shape: what has the wrong type reads as if it were not there. */

export type Raw = Record<string, unknown>;

export const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const objectOf = (value: unknown): Raw => (isObject(value) ? value : {});
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const objectsOf = (value: unknown): Raw[] => listOf(value).filter(isObject);
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** Texts, numbers and booleans as text. */
export const scalarOf = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
