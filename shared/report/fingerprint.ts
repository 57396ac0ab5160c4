import { hash32 } from "../random/hashRandom.ts";

/** JSON with the keys of objects in order, so that equal values are equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}

/** Tells values apart without telling them: 32 bits, so many values have the same. */
export function fingerprint(value: unknown): string {
  let hash = 0;
  const text = canonical(value);
  for (let i = 0; i < text.length; i++) hash = hash32(hash, text.charCodeAt(i), 0);
  return hash.toString(16).padStart(8, "0");
}
