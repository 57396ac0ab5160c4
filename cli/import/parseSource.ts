import { readDocument } from "../scenario/yamlDocument.ts";

/** Documents are JSON, or YAML as OpenAPI often is. Throws with the place of what is wrong. */
export function parseSource(text: string): unknown {
  const format = /^\s*[[{]/.test(text) ? "json" : "yaml";
  const { value, problems } = readDocument(text, format);
  const [first] = problems;
  if (first === undefined) return value;
  const { line = 1, column = 1 } = first.place ?? {};
  throw new Error(`line ${line}, column ${column}: ${first.path} ${first.message}`);
}
