import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benches } from "./benches.ts";
import { closedGroup } from "./closed.ts";
import type { Context } from "./context.ts";
import type { GroupResult } from "./figures.ts";
import { httpBenches } from "./httpBenches.ts";
import { installPeers } from "./install.ts";
import { intakeGroup } from "./intake.ts";
import { languageGroup } from "./language.ts";
import { judge, peerRatios } from "./limits.ts";
import { coresOfThisMachine, thisMachine } from "./machine.ts";
import { measure } from "./microBench.ts";
import { openGroup } from "./open.ts";
import { type GroupName, type Options, parseOptions, USAGE } from "./options.ts";
import { platformGroup } from "./platform.ts";
import { replaceMarked } from "./readme.ts";
import { asMarkdown, asText, type Results, toJson } from "./report.ts";
import { refusalsGroup } from "./refusals.ts";
import { startupGroup } from "./startup.ts";
import { startTarget } from "./target/target.ts";
import { threadsGroup } from "./threads.ts";
import { compareTransports } from "./transports.ts";
import { workerGroup } from "./worker.ts";

/** Those that need a target and take turns. */
const contests: Partial<Record<GroupName, (context: Context) => Promise<GroupResult>>> = {
  closed: closedGroup,
  open: openGroup,
  threads: threadsGroup,
  language: languageGroup,
  worker: workerGroup,
  platform: platformGroup,
  startup: startupGroup,
  refusals: refusalsGroup,
};

const README = new URL("../README.md", import.meta.url);

/** On standard error, so that the tables can be piped. */
const tell = (text: string) => process.stderr.write(`${text}\n`);

async function runContests({ groups, rounds, seconds }: Options) {
  const chosen = groups.flatMap((name) => contests[name] ?? []);
  const results: GroupResult[] = [];
  if (chosen.length === 0) return { target: "none", results };
  const folder = mkdtempSync(join(tmpdir(), "onrush-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const cores = coresOfThisMachine();
  const target = await startTarget(cores.target, folder);
  try {
    for (const run of chosen) {
      results.push(await run({ target, cores, rounds, seconds, folder, tell }));
    }
  } finally {
    await target.stop();
  }
  return { target: target.name, results };
}

async function run(options: Options): Promise<Results> {
  const { groups, rounds, seconds } = options;
  const { target, results } = await runContests(options);
  const wants = (name: GroupName) => groups.includes(name);
  if (wants("intake")) results.push(await intakeGroup({ seconds, tell }));
  return {
    ...{ machine: thisMachine(), cores: coresOfThisMachine(), target, rounds, seconds },
    groups: results,
    ratios: peerRatios(results),
    limits: judge(results),
    transports: wants("transports") ? await compareTransports() : [],
    micro: wants("micro") ? [...benches(), ...httpBenches()].map(measure) : [],
  };
}

async function main(options: Options): Promise<number> {
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  if (options.install) await installPeers();
  const results = await run(options);
  console.log(asText(results));
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(toJson(results), null, 2)}\n`);
  }
  if (options.readme) {
    writeFileSync(README, replaceMarked(readFileSync(README, "utf8"), asMarkdown(results)));
  }
  return results.limits.some(({ verdict }) => verdict === "FAIL") ? 1 : 0;
}

// Ending tidily runs the exit handlers, which end the target and whoever is at work.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

/** `pnpm bench`: Onrush and its peers side by side, and what its own hot paths take. */
try {
  process.exitCode = await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
