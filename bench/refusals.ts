import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "./context.ts";
import type { GroupResult, Sample } from "./figures.ts";
import { alternate } from "./rounds.ts";

const BAD_SCENARIO = 2;
const root = fileURLToPath(new URL("..", import.meta.url));

const unknownFields = () =>
  JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`field${i}`, 1])));

/** What takes longest to refuse, and what people get wrong most. By name and content. */
const refused: Readonly<Record<string, () => string>> = {
  "a misspelt field": () => '{"name":"n","targetURL":"http://127.0.0.1/","durationSeconds":1}',
  "50 MB": () => " ".repeat(50_000_000),
  "100,000 levels": () => '{"a":'.repeat(100_000),
  "aliases of aliases": () =>
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
      .concat(
        Array.from({ length: 9 }, (_, i) => {
          const alias = `*a${i}`;
          return `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => alias).join(", ")}]`;
        }),
      )
      .join("\n"),
  "50,000 unknown fields": unknownFields,
};

/** The whole command, from its start to its end. */
async function refuse(file: string): Promise<Sample> {
  const startedMs = performance.now();
  const command = spawn(join(root, "onrush"), ["run", file], { stdio: "ignore" });
  const [code] = (await once(command, "exit")) as [number | null];
  if (code !== BAD_SCENARIO) throw new Error(`${file} ended with ${code}, not refused`);
  return { wholeMs: performance.now() - startedMs };
}

/** How long it takes to be told that a scenario is wrong. */
export async function refusalsGroup(context: Context): Promise<GroupResult> {
  const contenders = Object.entries(refused).map(([name, content]) => {
    const file = join(context.folder, `${name.replaceAll(/\W+/g, "-")}.yaml`);
    writeFileSync(file, content());
    return { name, round: () => refuse(file) };
  });
  return {
    name: "refusals",
    title: "`onrush run` of what is no scenario, from its start to its end",
    columns: ["wholeMs"],
    contenders: await alternate(contenders, context.rounds, context.tell),
    notes: ["about a fifth of a second of each is the start of the process"],
  };
}

export const refusalNames = Object.keys(refused);
