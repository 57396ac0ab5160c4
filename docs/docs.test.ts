import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { createHttpServer } from "@onrush/controller/http/createServer.ts";
import { withFiles } from "@onrush/cli/scenario/scenarioFiles.ts";
import { httpErrorKind } from "@onrush/worker/protocols/http/httpErrors.ts";
import { ledgerSchema } from "@onrush/shared/api/runView.ts";
import { realtimeStatsSchema } from "@onrush/shared/api/secondView.ts";
import { runReportJsonSchema } from "@onrush/shared/report/runReport.ts";
import { csvColumns } from "@onrush/shared/report/secondsCsv.ts";
import { nextState, type RunTrigger, runStates } from "@onrush/shared/run/runState.ts";
import { checkText } from "@onrush/cli/scenario/readScenario.ts";
import { scenarioJsonSchema } from "@onrush/shared/scenario/scenarioJsonSchema.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { commandNames, dryParse, helpOf } from "./dryParse.ts";
import { codeBlocks, commandWords, shellCommands, splitVariables } from "./extractCommands.ts";
import { pages, root } from "./pages.ts";

const all = pages();
const page = (file: string) => all.find((one) => one.file === file)?.text ?? "";
const exists = (path: string) => existsSync(join(root, path));
const readRoot = (file: string) => readFileSync(join(root, file), "utf8");

const commands = all.flatMap(({ file, text }) =>
  codeBlocks(file, text)
    .filter(({ language }) => language === "sh")
    .flatMap(shellCommands)
    .flatMap(({ line, text: command }) =>
      commandWords(command).map((words) => ({
        where: `${file}:${line}`,
        shown: words.join(" ").slice(0, 60),
        ...splitVariables(words),
      })),
    ),
);

/** Every route of the controller, "GET /api/v1/runs/{id}". Nothing is called, so nothing is needed. */
const routes = await (async () => {
  const nothing = {} as never;
  const http = createHttpServer({
    ...{
      runs: nothing,
      scenarios: nothing,
      files: nothing,
      directory: nothing,
      metrics: nothing,
      logger: nothing,
    },
    ...{ checks: {}, host: "127.0.0.1", dashboardDir: "." },
    info: { version: "", engine: { link: "local", store: "sqlite" }, auth: "none" },
  });
  await http.close();
  return http.routes.map(({ method, path }) => {
    return `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`;
  });
})();

function curlCall(words: readonly string[]): { method: string; url: URL } | undefined {
  const address = words.find((word) => /^https?:\/\//.test(word));
  if (address === undefined) return undefined;
  const at = words.findIndex((word) => word === "-X" || word === "--request");
  const hasBody = words.some((word) => /^(-d|--data|--data-binary)$/.test(word));
  const method = at < 0 ? (hasBody ? "POST" : "GET") : (words[at + 1] ?? "");
  return { method, url: new URL(address) };
}

const isRoute = (method: string, path: string) =>
  routes.some((route) => {
    const pattern = route.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.");
    return new RegExp(`^${pattern}$`).test(`${method} ${path}`);
  });

/** The names that code reads from the environment. */
function environmentNames(): Set<string> {
  const names = new Set<string>();
  const look = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== "node_modules") look(path);
      if (!entry.name.endsWith(".ts") || entry.name.endsWith(".test.ts")) continue;
      const text = readRoot(path);
      for (const [, name = ""] of text.matchAll(/env(?:ironment)?\["([A-Z_]+)"\]/g))
        names.add(name);
      for (const [, name = ""] of text.matchAll(/\benv, "([A-Z_]+)"/g)) names.add(name);
    }
  };
  for (const folder of ["cli", "controller", "worker"]) look(folder);
  return names;
}

describe("commands", () => {
  test("there are some to check", () => {
    expect(commands.length).toBeGreaterThan(15);
  });

  test.each(commands)("$where is possible: $shown", ({ words }) => {
    const [program = "", ...args] = words;
    switch (program) {
      case "./onrush": {
        expect(dryParse(args)).toBeUndefined();
        for (const file of args.filter((word) => word.startsWith("examples/"))) {
          expect(exists(file), file).toBe(true);
        }
        return;
      }
      case "npm":
      case "pnpm": {
        const { scripts } = JSON.parse(readRoot("package.json")) as {
          scripts: Record<string, string>;
        };
        const name = args[0] === "run" ? args[1] : args[0];
        if (program === "pnpm" && name === "install") return;
        expect(Object.keys(scripts)).toContain(name);
        return;
      }
      case "docker": {
        expect(args[0]).toBe("compose");
        expect(exists("docker-compose.yml")).toBe(true);
        return;
      }
      case "curl": {
        const call = curlCall(args);
        expect(call, "an address").toBeDefined();
        if (call === undefined) return;
        if (call.url.port === "8080") {
          expect(isRoute(call.method, call.url.pathname), call.url.pathname).toBe(true);
        }
        for (const word of args) {
          if (word.startsWith("@")) expect(exists(word.slice(1)), word).toBe(true);
        }
        return;
      }
      default:
        expect(program).toMatch(/^\.\//);
        expect(exists(program)).toBe(true);
    }
  });

  test.each(commands.filter(({ variables }) => Object.keys(variables).length > 0))(
    "$where sets variables that something reads",
    ({ variables, words }) => {
      const known = words[0]?.endsWith(".sh") === true ? readRoot(words[0]) : undefined;
      const names = environmentNames();
      for (const name of Object.keys(variables)) {
        expect(known?.includes(`${name}=`) ?? names.has(name), name).toBe(true);
      }
    },
  );

  test("what is marked as runnable stays on this machine and sets nothing", () => {
    for (const { file, text } of all) {
      for (const block of codeBlocks(file, text)) {
        if (!block.marks.includes("runnable")) continue;
        expect(block.language).toBe("sh");
        expect(block.text).not.toMatch(/\$[A-Z(]/);
        for (const [, host] of block.text.matchAll(/https?:\/\/([^/:'"]+)/g)) {
          expect(host).toBe("127.0.0.1");
        }
      }
    }
  });
});

/** The first column of a table row, without backticks. */
const firstCells = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, cell = ""]) => cell);

describe("the help", () => {
  test.each(commandNames())("of %s has examples, and each is possible", (name) => {
    const help = helpOf(name);
    const shown = [...help.matchAll(/^ {2}(?:[A-Z_]+=\S+ )*onrush (.+)$/gm)].map(
      ([, text = ""]) => text,
    );
    expect(shown.length).toBeGreaterThan(0);
    for (const example of shown) {
      const [words = []] = commandWords(example);
      expect(words[0]).toBe(name);
      expect(dryParse(words), example).toBeUndefined();
      for (const file of words.filter((word) => word.startsWith("examples/"))) {
        expect(exists(file), file).toBe(true);
      }
    }
  });

  test("of no command is missing in README.md", () => {
    const listed = firstCells(page("README.md"), /^\| `\.\/onrush ([a-z]+)/gm);
    expect(listed.sort()).toEqual(commandNames().sort());
  });
});

const looksLikeScenario = (value: unknown) =>
  typeof value === "object" && value !== null && ("loadProfile" in value || "workloads" in value);

describe("scenarios in pages", () => {
  const blocks = all.flatMap(({ file, text }) =>
    codeBlocks(file, text).filter(({ language }) => language === "json"),
  );
  const bodies = commands.flatMap(({ where, words }) =>
    words
      .filter((word) => word.trimStart().startsWith("{"))
      .map((text): [string, unknown] => [where, JSON.parse(text)]),
  );
  const yamlBlocks = all.flatMap(({ file, text }) =>
    codeBlocks(file, text)
      .filter(
        ({ language, text }) => language === "yaml" && /^(?:loadProfile|workloads):/m.test(text),
      )
      .map(({ line, text }): [string, string] => [`${file}:${line}`, text]),
  );

  test.each(yamlBlocks)("%s is valid", (_where, text) => {
    const checked = checkText(text, "yaml", { variables: {}, settings: [] });
    expect(checked.ok ? [] : checked.problems).toEqual([]);
  });

  const documents = [
    ...blocks.map(({ file, line, text }): [string, unknown] => [
      `${file}:${line}`,
      JSON.parse(text),
    ]),
    ...bodies,
  ].filter(([, value]) => looksLikeScenario(value));

  test("there are some to check", () => {
    expect(documents.length).toBeGreaterThanOrEqual(2);
  });

  test.each(documents)("%s is valid", async (_where, value) => {
    // The files that pages name are those of the examples.
    const { document, facts } = await withFiles(value, join(root, "examples"));
    const parsed = parseScenario(document, facts);
    expect(parsed.ok ? [] : parsed.problems).toEqual([]);
  });
});

describe.each(all)("$file", ({ file, text }) => {
  const prose = text.replaceAll(/^```[^]*?^```/gm, "");

  test("links to what exists", () => {
    for (const [, target = ""] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const path = normalize(join(dirname(file), target.split("#")[0] ?? ""));
      expect(exists(path), target).toBe(true);
    }
  });

  test("names files that exist", () => {
    const folders = new Set(readdirSync(root));
    for (const [, code = ""] of prose.matchAll(/`([^`\n]+)`/g)) {
      const path = code.split(/[\s:]/)[0] ?? "";
      const [first = "", ...rest] = path.replace(/^\.\//, "").split("/");
      const isPath = rest.length > 0 && folders.has(first) && /^[\w./-]+$/.test(path);
      if (isPath) expect(exists(path), path).toBe(true);
    }
  });

  test("links to other machines nowhere", () => {
    for (const [, host] of text.matchAll(/https?:\/\/([^/:\s'"`)>]+)/g)) {
      expect(["127.0.0.1", "localhost", "sms-gateway", "host"]).toContain(host);
    }
  });
});

describe("README.md", () => {
  const readme = page("README.md");

  test("lists exactly the routes of the API", () => {
    const listed = firstCells(readme, /^\| `((?:GET|HEAD|POST|PUT|DELETE) [^`]+)`/gm);
    expect(listed.sort()).toEqual([...routes].sort());
  });

  test("lists exactly the variables that code reads", () => {
    const section = /### Environment\n([^]*?)\n## /.exec(readme)?.[1] ?? "";
    const listed = firstCells(section, /^\| `([A-Z_]+)`/gm);
    const internal = ["CI", "TERM"];
    const read = [...environmentNames()].filter((name) => !internal.includes(name));
    expect(listed.sort()).toEqual(read.sort());
  });
});

describe("docs/architecture.md", () => {
  test("has the state table of the code", () => {
    const triggers: RunTrigger[] = [
      ...(["placed", "started", "stopRequested", "allReported"] as const),
      ...(["tornDown", "finished", "stopped", "failed"] as const),
    ];
    const inCode = runStates.flatMap((state) =>
      triggers.flatMap((trigger) => {
        const next = nextState(state, trigger);
        return next === undefined ? [] : [`${state} ${trigger} ${next}`];
      }),
    );
    const rows = page("docs/architecture.md").matchAll(
      /^\| ([A-Z]+) +\| `(\w+)` +\| ([A-Z]+) +\|/gm,
    );
    const inPage = [...rows].map(([, state, trigger, next]) => `${state} ${trigger} ${next}`);
    expect(inPage.sort()).toEqual(inCode.sort());
  });

  test("names the owner of every library the linter knows", () => {
    const owners =
      /const owners[^]*?= \{([^]*?)\n\};/.exec(readRoot("oxlint.config.ts"))?.[1] ?? "";
    const names = [...owners.matchAll(/^ {2}"?([\w-]+)"?: \[([^\]]*)\]/gm)];
    expect(names.length).toBeGreaterThan(10);
    for (const [, name = "", places = ""] of names) {
      const row = page("docs/architecture.md")
        .split("\n")
        .find(
          (line) =>
            line.includes("`") &&
            line
              .split("|")[1]
              ?.split(/[\s,]+/)
              .includes(name),
        );
      expect(row, name).toBeDefined();
      for (const [, place = ""] of places.matchAll(/"([^"]+)"/g)) {
        expect(row, name).toContain(`\`${place.replace("**", "")}\``);
      }
    }
  });
});

describe("docs/measurement.md", () => {
  const text = page("docs/measurement.md");

  test.each(["avgLatencyMs", "p99LatencyMs", "currentRps", "errorDistribution"])(
    "explains %s of the live statistics",
    (name) => {
      expect(Object.keys(realtimeStatsSchema.shape)).toContain(name);
      expect(text).toContain(`\`${name}\``);
    },
  );

  test("explains every entry of the ledger", () => {
    for (const name of Object.keys(ledgerSchema.shape)) expect(text).toContain(`\`${name}\``);
  });

  test("explains every kind of error", () => {
    const source = readRoot("worker/protocols/http/httpErrors.ts");
    const kinds = [...source.matchAll(/(?:: |, )"([a-zA-Z]+)"[,\]]/g)].map(([, kind = ""]) => kind);
    expect(kinds.length).toBeGreaterThan(15);
    kinds.push("streamReset", "streamRefused", "goaway", "redirectLimit", "redirectInvalid");
    kinds.push("redirectScheme", "redirectOrigins");
    for (const kind of new Set([...kinds, httpErrorKind(new Error()), "timeout"])) {
      expect(text).toContain(`| \`${kind}\``);
    }
  });
});

describe("docs/reports.md", () => {
  test("explains every column of the CSV, in their order", () => {
    const section = /## CSV\n([^]*?)\n## /.exec(page("docs/reports.md"))?.[1] ?? "";
    const cells = firstCells(section, /^\| (`[^|]+`) +\|/gm);
    const listed = cells.flatMap((cell) => firstCells(cell, /`(\w+)`/g));
    const inOrder = (kind: string) => csvColumns.filter((name) => name.startsWith(kind));
    const others = (names: readonly string[]) =>
      names.filter((name) => !/^(response|service)_/.test(name));
    expect(others(listed)).toEqual(others(csvColumns));
    for (const kind of ["response_", "service_"]) {
      expect(listed.filter((name) => name.startsWith(kind))).toEqual(inOrder(kind));
    }
  });

  test("comes with the schema of report.json as it is (vitest -u writes it)", async () => {
    const schema = `${JSON.stringify(runReportJsonSchema(), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot("run.schema.json");
  });
});

describe("docs/command-line.md", () => {
  test("comes with the schema of scenarios as it is (vitest -u writes it)", async () => {
    const schema = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot("scenario.schema.json");
  });
});

test("decisions are numbered without gaps, each with background, decision and consequence", () => {
  const decisions = all.filter(({ file }) => file.startsWith("docs/decisions/"));
  decisions.forEach(({ file, text }, index) => {
    const number = String(index + 1).padStart(4, "0");
    expect(file).toMatch(new RegExp(`/${number}-[a-z0-9-]+\\.md$`));
    expect(text).toMatch(new RegExp(`^# ${index + 1}\\. `));
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(["Background", "Decision", "Consequence"]);
  });
});

test("the changelog keeps a section for what is not released", () => {
  expect(page("CHANGELOG.md")).toMatch(/^## Pending$/m);
});
