import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT } from "@onrush/cli/exitCodes.ts";
import { dryParse } from "@onrush/docs/dryParse.ts";
import { codeBlocks, commandWords } from "@onrush/docs/extractCommands.ts";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");

const page = read("docs/pipelines.md");
const blocks = codeBlocks("docs/pipelines.md", page).filter(({ language }) => language === "yaml");
const action = parse(read("deploy/github-action/action.yml")) as Action;

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Action {
  inputs: Record<string, { description: string; required?: boolean; default?: string }>;
  runs: { using: string; steps: Step[] };
}

/** Every text that a shell would get, wherever it stands. */
function scripts(value: unknown, key = ""): string[] {
  if (typeof value === "string") return key === "run" || key === "script" ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => scripts(item, key));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => scripts(inner, name));
}

/** The commands of Onrush in a script, without the word that calls it. */
const calls = (script: string) =>
  script
    .split("\n")
    .flatMap(commandWords)
    .flatMap((words) => {
      const at = words.findIndex((word) => /(^|\/)onrush$/.test(word));
      return at < 0 ? [] : [words.slice(at + 1)];
    });

const documents = [...blocks.map(({ text }) => parse(text) as unknown), action];
const commands = documents.flatMap((document) => scripts(document).flatMap(calls));

describe("pipelines", () => {
  test("are there: two for GitHub, one for GitLab, and an action", () => {
    expect(blocks).toHaveLength(3);
    expect(commands.length).toBeGreaterThanOrEqual(7);
  });

  test.each(commands.map((words) => [words.join(" "), words] as const))(
    "onrush %s is a command",
    (_shown, words) => {
      // What a variable stands for is not known here, and must not be a second file.
      const known = words.filter((word) => word !== "$ARGUMENTS");
      expect(dryParse(known)).toBeUndefined();
    },
  );

  test("name scenarios and actions that exist", () => {
    const named = commands.flat().filter((word) => word.startsWith("examples/"));
    expect(named.length).toBeGreaterThan(0);
    for (const file of named) expect(existsSync(join(root, file)), file).toBe(true);
    for (const [, folder = ""] of page.matchAll(/uses: \.\/(\S+)/g)) {
      expect(existsSync(join(root, folder, "action.yml")), folder).toBe(true);
    }
  });

  test("keep each good run for the next to be compared with", () => {
    const { steps } = (documents[0] as { jobs: { load: { steps: Step[] } } }).jobs.load;
    const at = (uses: string) => steps.findIndex((step) => step.uses === uses);
    const restored = steps[at("actions/cache/restore@v4")]?.with;
    const saved = steps[at("actions/cache/save@v4")]?.with;
    expect(saved).toEqual({ path: "baseline", key: expect.stringContaining("github.run_id") });
    expect(restored).toEqual({ ...saved, "restore-keys": "load-baseline-" });
    const compared = steps.findIndex(({ run }) => run?.includes("compare baseline/run.json"));
    expect(at("actions/cache/save@v4")).toBeGreaterThan(compared);
    const gitlab = documents[2] as Record<string, { cache?: unknown; script: string[] }>;
    const { cache, script } = gitlab["load test"] ?? { script: [] };
    expect(cache).toEqual({ key: "load-baseline", paths: ["baseline"] });
    expect(script.at(-1)).toBe("cp reports/run.json baseline/run.json");
  });

  test("give the action inputs that it has", () => {
    const steps = (documents[1] as { jobs: { load: { steps: Step[] } } }).jobs.load.steps;
    const given = steps.find(({ uses }) => uses === "./deploy/github-action")?.with ?? {};
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
  });
});

describe("the action", () => {
  test("puts no input into a script: it could be a command", () => {
    expect(action.runs.using).toBe("composite");
    for (const { run } of action.runs.steps) expect(run ?? "").not.toContain("${{");
  });

  test("finds the command from its own folder", () => {
    expect(existsSync(join(root, "deploy/github-action/../../onrush"))).toBe(true);
  });
});

test("the page tells every exit code", () => {
  const told = [...page.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(told.sort((a, b) => a - b)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
});
