import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Scenarios that have to be refused, and what has to be said of them. */

interface ExpectedProblem {
  path: string;
  /** A part of the message. */
  says: string;
}

export interface MalformedScenario {
  name: string;
  file: string;
  format: "json" | "yaml";
  text: string;
  expected: readonly ExpectedProblem[];
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const expectations = JSON.parse(readFileSync(here("expected.json"), "utf8")) as Record<
  string,
  ExpectedProblem[]
>;

export const corpus: readonly MalformedScenario[] = readdirSync(here("corpus")).map((name) => ({
  name,
  file: here(`corpus/${name}`),
  format: name.endsWith(".json") ? "json" : "yaml",
  text: readFileSync(here(`corpus/${name}`), "utf8"),
  expected: expectations[name] ?? [],
}));

export const expectedNames = Object.keys(expectations);
