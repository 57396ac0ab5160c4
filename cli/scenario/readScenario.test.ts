import { describe, expect, test } from "vitest";
import { problemLines } from "./locatedProblem.ts";
import { hideValues, isSecretName } from "./markSecrets.ts";
import { checkText } from "./readScenario.ts";
import { readSettings, readVariables } from "./settings.ts";

interface With {
  env?: Record<string, string>;
  set?: string[];
}

function check(text: string, format: "json" | "yaml", { env = {}, set = [] }: With = {}) {
  return checkText(text, format, { variables: env, settings: readSettings(set) });
}

function problems(text: string, format: "json" | "yaml", some?: With): string[] {
  const checked = check(text, format, some);
  return checked.ok ? [] : problemLines(checked.problems).split("\n");
}

function documentOf(text: string, some?: With): Record<string, unknown> {
  const checked = check(text, "yaml", some);
  if (!checked.ok) throw new Error(problemLines(checked.problems));
  return checked.document as Record<string, unknown>;
}

const yaml = `name: n
targetUrl: http://h/
durationSeconds: 10
loadProfile:
  type: CONSTANT
  initialRps: 5
`;

describe("YAML", () => {
  test("says the same as JSON", () => {
    const json = JSON.stringify(documentOf(yaml));
    expect(check(json, "json")).toEqual(check(yaml, "yaml"));
    expect(check(json, "yaml")).toEqual(check(yaml, "yaml"));
  });

  test("has anchors, merges, comments and block texts", () => {
    const text = `# load
x-rates: &rates { type: CONSTANT, initialRps: 7 }
name: n
durationSeconds: 10
workloads:
  - { name: a, loadProfile: *rates, steps: &steps [{ name: s, protocol: http, url: http://h/ }] }
  - name: b
    loadProfile:
      <<: *rates
      initialRps: 8
    steps: *steps
`;
    const { workloads, ...rest } = documentOf(text) as { workloads: { loadProfile: object }[] };
    expect(workloads.map(({ loadProfile }) => loadProfile)).toEqual([
      { type: "CONSTANT", initialRps: 7 },
      { type: "CONSTANT", initialRps: 8 },
    ]);
    expect(Object.keys(rest)).toEqual(["name", "durationSeconds"]);
  });

  test("is YAML 1.2: no and on are words, 012 is twelve", () => {
    expect(
      documentOf(`${yaml}method: GET\nheaders: { A: "no", B: no }\nseed: 012\n`),
    ).toMatchObject({
      ...{ headers: { A: "no", B: "no" }, seed: 12 },
    });
  });

  const bomb = ["x-a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (const [i, name] of "bcdefgh".split("").entries()) {
    bomb.push(`x-${name}: &${name} [${Array(10).fill(`*${"abcdefg"[i]}`).join(", ")}]`);
  }

  test.each<[string, string, RegExp[]]>([
    ["nothing", "\n", [/^ {2}1:1 {2}\(document\): is empty$/]],
    ["a list", "- a", [/expected an object/]],
    ["a text", "hello", [/expected an object/]],
    ["a broken list", "name: [1, 2\nb: 3", [/^ {2}2:1 {2}\(document\): is not YAML: .*\]/]],
    ["a tab as indentation", "a:\n\tb: 1", [/^ {2}2:1 .*[Tt]abs/]],
    ["an open quote", 'name: "n', [/quote/]],
    ["a tag of its own", `${yaml}seed: !random 5\n`, [/^ {2}7:7 .*Unresolved tag.*plain values/]],
    ["code", `${yaml}seed: !!js/function "x"\n`, [/^ {2}7:7 .*Unresolved tag/]],
    ["bytes", `${yaml}body: !!binary aGk=\n`, [/^ {2}7:7 .*Unresolved tag/]],
    ["two documents", `${yaml}---\nname: b\n`, [/second document/]],
    ["an unknown alias", "name: *nobody", [/[Uu]nresolved alias/]],
    ["a bomb", bomb.join("\n"), [/aliases \(at most 100 times\)/]],
    ["what contains itself", "x-a: &a [*a]\nname: n", [/nests deeper than 64/]],
    ["deep brackets", `name: ${"[".repeat(900_000)}`, [/^ {2}1:\d+ .*nests deeper than 64/]],
    ["closed deep brackets", `name: ${"[".repeat(900)}${"]".repeat(900)}`, [/deeper than 64/]],
    ["deep lists", `name: x\nheaders:\n  ${"- ".repeat(400_000)}`, [/deeper than 64/]],
    [
      "deep keys",
      Array.from({ length: 1_000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
      [/deeper than 64/],
    ],
    ["a key twice", `${yaml}name: m\n`, [/^ {2}7:1 {2}name: stands here a second time/]],
    [
      "a key twice further in",
      `${yaml}headers:\n  A: a\n  A: b\n`,
      [/^ {2}9:3 {2}headers\.A: stands here a second time/],
    ],
    ["a prototype", `${yaml}headers: { __proto__: { x: 1 } }\n`, [/^ {2}7:\d+ .*not allowed/]],
    ["a number that is none", yaml.replace("5", ".nan"), [/^ {2}6:15 {2}loadProfile\.initialRps/]],
  ])("%s is refused", (_, text, patterns) => {
    const lines = problems(text, "yaml");
    for (const pattern of patterns) expect(lines.join("\n")).toMatch(pattern);
  });

  test("20,000 keys are refused as fast as they are read", () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join("\n");
    expect(problems(text, "yaml").at(-1)).toMatch(/more problems/);
  });

  test("aliases do not make it larger than a scenario may be", () => {
    const text = `${yaml}headers:\n  A: &a ${"x".repeat(15_000)}\n${Array.from(
      { length: 90 },
      (_, i) => `  A${i}: *a\n`,
    ).join("")}`;
    expect(problems(text, "yaml")).toEqual([
      "  (document): is larger than 1 MB with all aliases and variables written out",
    ]);
  });
});

describe("problems point into the file", () => {
  test.each<[string, string, string]>([
    ["a wrong value: at the value", yaml.replace("5", "fast"), "  6:15  loadProfile.initialRps: "],
    ["an unknown field: at its name", `${yaml}mehtod: GET\n`, "  7:1  mehtod: unknown field; did"],
    ["a missing field: at what misses it", yaml.replace(/ {2}initialRps.*\n/, ""), "  4:1  loadP"],
    ["a name with a dot", `${yaml}headers:\n  a.b: "\\n"\n`, "  8:8  headers.a.b: not a valid he"],
    ["an item", `${yaml}checks: [status == 200, 5]\n`, "  7:25  checks[1]: "],
    [
      "what an alias stands for",
      yaml.replace("loadProfile:", "loadProfile: &p").replace("5", "-5") + "x-p: *p\n",
      "  6:15  loadProfile.initialRps: ",
    ],
  ])("%s", (_, text, line) => {
    expect(problems(text, "yaml").find((one) => one.startsWith(line))).toBeDefined();
  });

  test("all at once, in the order of the file", () => {
    const text = yaml.replace("10", "-1").replace("5", "x").replace("http://h/", "h");
    const places = problems(text, "yaml").map((line) => line.split(":").slice(0, 2).join(":"));
    expect([...new Set(places)]).toEqual([
      ...["  2:12  targetUrl", "  3:18  durationSeconds", "  6:15  loadProfile.initialRps"],
    ]);
  });

  test.each<[string, string, string]>([
    ["a comma too many", '{\n  "name": "n",\n}', '  3:1  (document): is not JSON: unexpected "}"'],
    ["an end too early", '{"name"', "  1:8  (document): is not JSON: unexpected the end"],
    ["a comment", '{ // no\n "a": 1}', '  1:3  (document): is not JSON: unexpected "/"'],
    ["depth", "[".repeat(100), "  1:65  (document): nests deeper than 64 levels"],
    ["a key twice", '{"name": 1,\n\t"name": 2}', "  2:2   name: stands here a second time"],
    ["tabs", '{\n\t"name":\t7\n}', "  2:10  name: expected a text, not a number"],
  ])("JSON: %s", (_, text, line) => {
    expect(problems(text, "json").find((one) => one.startsWith(line))).toBeDefined();
  });
});

describe("${NAME}", () => {
  const env = { HOST: "h:1", EMPTY: "", RPS: "5", FLAG: "true", WORD: "x" };
  const named = (name: string) =>
    documentOf(
      yaml.replace("name: n", () => `name: '${name}'`),
      { env },
    );

  test.each([
    ["at ${HOST}/", "at h:1/"],
    ["${HOST}${WORD}", "h:1x"],
    ["${NONE:-other}", "other"],
    ["${HOST:-other}", "h:1"],
    // As in a shell, :- also stands in for an empty value.
    ["a${EMPTY}b", "ab"],
    ["${EMPTY:-other}", "other"],
    ["a${NONE:-}b", "ab"],
    ["${NONE:-a:-b $c {d}", "a:-b $c {d"],
    ["$${HOST}", "${HOST}"],
    ["$$${HOST}", "$${HOST}"],
    ["$HOST $ {HOST} costs 5$", "$HOST $ {HOST} costs 5$"],
    // What a variable holds is not looked at again.
    ["${RPS}", "5"],
  ])("%s is %s", (text, expected) => expect(named(text)["name"]).toBe(expected));

  test("in a value that is nothing else is a number or a boolean where one is wanted", () => {
    const text = `${yaml.replace("initialRps: 5", "initialRps: ${RPS}")}tls: { rejectUnauthorized: "\${FLAG}" }\n`;
    expect(documentOf(text, { env })).toMatchObject({
      ...{ loadProfile: { initialRps: 5 }, tls: { rejectUnauthorized: true } },
    });
  });

  test.each<[string, string]>([
    [
      "${RSP}",
      "  1:7  name: the variable RSP is not set (there is RPS): set it, pass -e RSP=…, or",
    ],
    ["${UNHEARD}", "  1:7  name: the variable UNHEARD is not set: set it"],
    ["${}", '  1:7  name: "${}" is no variable: write ${NAME} or ${NAME:-default}, or $${'],
    ["${a b}", '  1:7  name: "${a b}" is no variable'],
    ["${NAME", '  1:7  name: "${NAME" is no variable'],
    ["${NAME-x}", '  1:7  name: "${NAME-x}" is no variable'],
    ["${toString}", "  1:7  name: the variable toString is not set"],
  ])("%s is refused", (name, line) => {
    const lines = problems(
      yaml.replace("name: n", () => `name: '${name}'`),
      "yaml",
      { env },
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]?.startsWith(line), lines[0]).toBe(true);
  });

  test("that is no number is refused where one is wanted", () => {
    const text = yaml.replace("initialRps: 5", "initialRps: ${WORD}");
    expect(problems(text, "yaml", { env })).toEqual([
      "  6:15  loadProfile.initialRps: expected a number, not a text",
    ]);
  });

  test.each(["007", "-01", "1.", ".5", "0x10"])("%s is no number", (RPS) => {
    const text = yaml.replace("initialRps: 5", "initialRps: ${RPS}");
    const refused = "  6:15  loadProfile.initialRps: expected a number, not a text";
    expect(problems(text, "yaml", { env: { RPS } })).toEqual([expect.stringContaining(refused)]);
  });

  test("-e overrides the environment and may be empty", () => {
    expect(readVariables({ A: "1", B: "2" }, ["A=x=y", "C="])).toEqual({
      ...{ A: "x=y", B: "2", C: "" },
    });
  });

  test.each(["A", "=x", "a b=1", "1A=2"])("-e %j is refused", (text) => {
    expect(() => readVariables({}, [text])).toThrow(/-e/);
  });

  test.each(["API-TOKEN=sekrit", "=sekrit"])("what %s is to be stays untold", (text) => {
    const refused = (): unknown => {
      try {
        return readVariables({}, [text]);
      } catch (error) {
        return String(error);
      }
    };
    expect(refused()).toMatch(/-e "/);
    expect(refused()).not.toContain("sekrit");
  });
});

describe("secrets", () => {
  const text = `${yaml}method: POST
headers: { X-Id: "\${APP_TOKEN}" }
body: { pin: "\${PIN_SECRET:-0000}", user: "\${USER_NAME}" }
`;
  const env = { APP_TOKEN: "t-1234", USER_NAME: "me" };

  test("are what came from variables whose name says so", () => {
    expect(documentOf(text, { env })["secrets"]).toEqual(["headers.X-Id", "body.pin"]);
    expect(documentOf(`${text}secrets: [body.user]`, { env })["secrets"]).toEqual([
      ...["body.user", "headers.X-Id", "body.pin"],
    ]);
    expect(documentOf(yaml)).not.toHaveProperty("secrets");
  });

  test("stand in no message", () => {
    const wrong = yaml.replace("http://h/", "${API_KEY}");
    const lines = problems(wrong, "yaml", { env: { API_KEY: "ftp://hidden/" } }).join("\n");
    expect(lines).toContain("targetUrl");
    expect(lines).not.toContain("hidden");
  });

  test.each([
    ["TOKEN", "API_KEY", "MY_SECRET", "DB_PASSWORD", "github_token", "AUTH", "APIKEY", "JWT"],
  ])("%s is such a name", (...names) => {
    for (const name of names) expect(isSecretName(name), name).toBe(true);
    for (const name of ["KEYBOARD", "AUTHOR", "RPS", "PASSENGERS", "TOKENIZER", "MONKEY"]) {
      expect(isSecretName(name), name).toBe(false);
    }
  });
});

describe("a message", () => {
  test.each(["plain-value", 'quo"ted\\value', "two\nlines"])("does not show %j", (API_TOKEN) => {
    const shown = `name: no field in ${JSON.stringify(API_TOKEN)}, not ${API_TOKEN}`;
    const substituted = [{ path: ["name"], names: ["API_TOKEN"], whole: true }];
    expect(hideValues(shown, substituted, { API_TOKEN })).toBe('name: no field in "***", not ***');
  });
});

describe("--set", () => {
  test.each<[string, object]>([
    ["loadProfile.initialRps=50", { loadProfile: { type: "CONSTANT", initialRps: 50 } }],
    ["name=other", { name: "other" }],
    ['name="7"', { name: "7" }],
    ["tls.rejectUnauthorized=false", { tls: { rejectUnauthorized: false } }],
    ['headers["X-A.B"]=a=b', { headers: { "X-A.B": "a=b" } }],
    ['http={"maxRedirects": 3}', { http: { maxRedirects: 3 } }],
    ["targetUrl=http://h/${x}", { targetUrl: "http://h/${x}" }],
    ["timeouts.requestSeconds=5", { timeouts: { requestSeconds: 5 } }],
  ])("%s", (set, expected) => {
    expect(documentOf(yaml, { set: [set] })).toMatchObject(expected);
  });

  test("items of lists, one after the other", () => {
    const text = `${yaml}checks: [status == 200, size < 5]\n`;
    const set = ["checks[1]=size < 10", "checks[0]=status == 201"];
    expect(documentOf(text, { set })["checks"]).toEqual(["status == 201", "size < 10"]);
  });

  test("makes a missing variable needless where it takes its place", () => {
    const text = yaml.replace("http://h/", "${BASE}");
    expect(documentOf(text, { set: ["targetUrl=http://h/"] })["targetUrl"]).toBe("http://h/");
  });

  test.each<[string, string]>([
    ["loadProfle.initialRps=5", 'loadProfle: unknown field; did you mean "loadProfile"? (from --'],
    ["loadProfile.initalRps=5", 'loadProfile.initalRps: unknown field; did you mean "initialRps"?'],
    ["loadProfile.initialRps=fast", "loadProfile.initialRps: expected a number, not a text (from"],
    ["steps[0].url=x", "steps[0].url: there is no list to take an item of (from --set)"],
    ["checks[1]=size < 5", "checks[1]: there are only 1 in the list: the last is [0] (from --set)"],
    ["checks.first=x", "checks.first: there is a list of 1: write [0] for the first (from --set)"],
    ["name.first=x", 'name.first: there is no field in "n" (from --set)'],
  ])("%s is refused", (set, line) => {
    const lines = problems(`${yaml}checks: [status == 200]\n`, "yaml", { set: [set] });
    expect(lines.map((one) => one.trim()).find((one) => one.startsWith(line))).toBeDefined();
  });

  test.each(["name", "=5", "a..b=5", "a[x]=5", "a[0=5", ".a=1", "[]=1", 'headers["\\x"]=1'])(
    "%j is no path",
    (text) => {
      expect(() => readSettings([text])).toThrow(/--set/);
    },
  );
});
