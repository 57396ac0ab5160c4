import { describe, expect, test } from "vitest";
import { type Answer, compileCondition, compileExtraction } from "./evaluate.ts";
import { parseCondition, parseSource } from "./parseCondition.ts";
import { patternProblem } from "./regexGuard.ts";

function answer(body: string, change: Partial<Answer> = {}): Answer {
  return {
    ...{ status: 200, responseUs: 150_000, size: body.length },
    text: () => body,
    json() {
      try {
        return JSON.parse(body) as unknown;
      } catch {
        return undefined;
      }
    },
    cookie: (name) => ({ session: "abc" })[name],
    header: (name) => ({ "content-type": "application/json", "x-count": "12" })[name],
    ...change,
  };
}

const document = JSON.stringify({
  ...{ id: "a1", count: 3, ok: true, none: null, list: ["x", 5], user: { "full name": "Ann" } },
});

function holds(text: string, of = answer(document)): boolean {
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new Error(`${parsed.column}: ${parsed.message}`);
  return compileCondition(parsed.value)(of);
}

test("a cookie is named as it is set", () => {
  const source = { kind: "cookie", name: "sessionId" };
  expect(parseSource("cookie(sessionId)")).toEqual({ ok: true, value: source });
  expect(parseSource("cookie()")).toMatchObject({ ok: false, column: 8 });
  const parsed = parseCondition("cookie(session) == abc");
  expect(parsed.ok && compileCondition(parsed.value)(answer(""))).toBe(true);
});

describe("a condition", () => {
  test.each([
    "status == 200",
    "status>=200",
    "status != 404",
    "latency < 200ms",
    "latency < 0.2s",
    "latency > 100",
    "latency == 150000us",
    "size < 10kb",
    "size > 10b",
    'body contains "a1"',
    "body contains count",
    'body matches "\\"id\\":\\"\\w+\\""',
    "body exists",
    "json($.id) exists",
    "json($.id)",
    "json($.none) exists",
    "json($.none) == null",
    "json($.ok) == true",
    "json($.count) >= 3",
    "json($.count) == 3",
    'json($.id) == "a1"',
    "json($.id) == a1",
    "json($.id) != b",
    "json($.list) contains x",
    "json($.list) contains 5",
    "json($.list[1]) == 5",
    'json($.user["full name"]) == Ann',
    "json( $['user']['full name'] ) matches ^A",
    "header(content-type) contains json",
    "header(Content-Type) == application/json",
    "header(x-count) >= 12",
    'regex("\\"count\\":(\\d+)") == 3',
  ])("%s holds", (text) => expect(holds(text)).toBe(true));

  test.each([
    "status == 201",
    "latency < 150ms",
    "size > 1mb",
    'body contains "A1"',
    "json($.missing) exists",
    "json($.missing) != 1",
    'json($.count) == "3"',
    "json($.id) == 1",
    "json($.id) < 5",
    "json($.list[2]) exists",
    "json($.list.length) exists",
    "json($.constructor) exists",
    "json($.id.length) exists",
    "header(x-none) exists",
    'regex("nope") exists',
    'regex("nope") != 5',
  ])("%s does not", (text) => expect(holds(text)).toBe(false));

  test("of a body that is no JSON finds nothing in it", () => {
    expect(holds("json($) exists", answer("<html>"))).toBe(false);
    expect(holds("json($) exists", answer("0"))).toBe(true);
  });

  test.each<[string, number, RegExp]>([
    ["", 1, /unknown/],
    ["statuss == 200", 1, /did you mean "status"/],
    ["status = 200", 8, /did you mean "=="/],
    ["status === 200", 8, /unknown operator/],
    ["status 200", 8, /an operator is missing before "200"; known: == !=/],
    ["body ~ x", 6, /an operator is missing before "~ x"; known: ==/],
    ["latency < 5msec", 11, /unknown unit "msec"; did you mean "ms"\?/],
    ["body contans x", 6, /did you mean "contains"/],
    ["status ==", 10, /a value is missing/],
    ["status == ok", 11, /compared with a number/],
    ["status == 200 and", 15, /unexpected "and"/],
    ["latency < 5min", 11, /unknown unit "min"; known: us, µs, ms, s/],
    ["size < 5gb", 8, /unknown unit/],
    ["status contains 2", 17, /is for texts/],
    ["body < 5", 8, /is for numbers/],
    ["json($.a) < x", 13, /compares with a number/],
    ["json(a) exists", 6, /begins with/],
    ["json($..a) exists", 7, /after \$/],
    ["json($.a exists", 10, /"\)" is missing/],
    ["header() exists", 8, /name of a header/],
    ['body contains "x', 15, /quote/],
    ['body matches "("', 14, /Invalid regular expression/],
    ['body matches "(a+)+$"', 14, /for ever/],
    ["regex(abc)", 7, /in quotes/],
  ])("%s is refused at column %i", (text, column, message) => {
    const parsed = parseCondition(text);
    expect(parsed.ok ? "" : parsed.message).toMatch(message);
    expect(parsed).toMatchObject({ ok: false, column });
  });
});

describe("an extraction", () => {
  const take = (text: string) => {
    const parsed = parseSource(text);
    if (!parsed.ok) throw new Error(parsed.message);
    return compileExtraction(parsed.value)(answer(document));
  };

  test.each([
    ["json($.id)", "a1"],
    ["json($.count)", "3"],
    ["json($.ok)", "true"],
    ["json($.list)", '["x",5]'],
    ["json($.none)", undefined],
    ["json($.nope)", undefined],
    ["header(x-count)", "12"],
    ["header(x-none)", undefined],
    ['regex("\\"id\\":\\"(\\w+)\\"")', "a1"],
    ['regex("count")', "count"],
    ['regex("nope")', undefined],
    ["status", "200"],
    ["size", String(document.length)],
  ])("%s gives %s", (text, wanted) => expect(take(text)).toBe(wanted));

  test("takes no operator", () => {
    expect(parseSource("status == 200")).toMatchObject({ ok: false, column: 8 });
  });
});

describe("a regular expression", () => {
  test.each([
    "(a+)+",
    "(a|b)*",
    "((a*)b){2,}",
    "(a*){30}",
    "(a+){2,12}",
    "(?:x+y)*",
    "(a)\\1",
    "a".repeat(301),
    "(",
  ])("%s is refused", (pattern) => expect(patternProblem(pattern)).toBeDefined());
  test.each([
    "code=(\\d+)",
    "^a|b$",
    "(abc)+",
    "[(+]+x",
    "(ab){1,3}",
    "(\\d+,){3}",
    "(\\d{12},)+",
    "\\(a+\\)+",
    "(?:foo|bar)?",
  ])("%s is accepted", (pattern) => expect(patternProblem(pattern)).toBeUndefined());
});
