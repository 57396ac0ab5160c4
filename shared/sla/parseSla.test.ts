import { describe, expect, test } from "vitest";
import { parseSla } from "./parseSla.ts";
import type { SlaLine } from "./slaLine.ts";

function parsed(text: string): SlaLine {
  const result = parseSla(text);
  if (!result.ok) throw new Error(`${text}: column ${result.column}: ${result.message}`);
  return result.value;
}

const latency = (statistic: unknown, of = "response") => ({ kind: "latency", of, statistic });
const counted = (name: string, only: string | null = null) => ({ kind: "counted", name, only });

const subjects: [text: string, wanted: Partial<Record<keyof SlaLine, unknown>>][] = [
  ["p95 < 500ms", { metric: latency({ percent: 95 }), operator: "<", limit: 500, unit: "ms" }],
  ["p99.99<=0.3s", { metric: latency({ percent: 99.99 }), operator: "<=", limit: 300 }],
  ["p50 < 200us", { limit: 0.2 }],
  ["p99(service) < 300", { metric: latency({ percent: 99 }, "service"), limit: 300 }],
  ["max(iteration) < 5s", { metric: latency("max", "iteration") }],
  ["p99(lateness) < 5ms", { metric: latency({ percent: 99 }, "lateness") }],
  ["sd < 5ms", { metric: latency("sd") }],
  ["errorRate < 1%", { metric: counted("errorRate"), limit: 1, unit: "%" }],
  ["rps >= 1900/s", { metric: { kind: "rate" }, limit: 1900, unit: "rps" }],
  ["count > 10", { metric: counted("requests"), unit: "count" }],
  ["errors(timeout) == 0", { metric: counted("errors", "timeout"), unit: "count" }],
  ["status(5xx) < 0.1%", { metric: counted("status", "5xx"), unit: "%", limit: 0.1 }],
  ["outcome(no-balance) < 5%", { metric: counted("outcome", "no-balance") }],
  ['checks("status == 200") > 99%', { metric: counted("checks", "status == 200") }],
  ["dropped(late) < 3", { metric: counted("dropped", "late") }],
  ["bytes(received) < 2.5gb", { metric: counted("bytes", "received"), limit: 2.5e9 }],
  ["group(check out).p95 < 2s", { selector: { group: "check out" } }],
  ["step(log in).p95 < 200ms", { selector: { step: "log in" }, metric: latency({ percent: 95 }) }],
  [
    'workload(shop).step("pay (again)").tag(team=a b).avg < 1s',
    { selector: { workload: "shop", step: "pay (again)", tag: { name: "team", value: "a b" } } },
  ],
];

test.each(subjects)("%s", (text, wanted) => {
  expect(parsed(text)).toMatchObject({ text, ...wanted });
});

describe("modifiers", () => {
  test("may be left out", () => {
    expect(parsed("p95 < 1s")).toMatchObject({
      ...{ overSeconds: null, forWindows: 1, afterSeconds: 0, stage: null, abort: false },
    });
  });

  test("come in any order", () => {
    const wanted = { overSeconds: 60, forWindows: 3, afterSeconds: 10, stage: 2, abort: true };
    expect(parsed("p95 < 1s over 1m for 3 after 10s in stage(2) abort")).toMatchObject(wanted);
    expect(parsed("p95 < 1s abort in stage( 2 ) after 10 for 3 over 60s")).toMatchObject(wanted);
  });
});

const wrong: [text: string, column: number, message: RegExp][] = [
  ["", 1, /unknown ""; known: step, group, workload/],
  ["p95", 4, /a limit is missing/],
  ["p95 500ms", 5, /an operator is missing before "500ms"; known: <= >=/],
  ["p95 = 500ms", 5, /did you mean "=="/],
  ["p95 < 200msec", 7, /unknown unit "msec"; did you mean "ms"\?/],
  ["p95 < 200 msec", 10, /did you mean "200ms"\?/],
  ["p95 < 2 s over 5s", 8, /did you mean "2s"\?/],
  ["p95 < ", 7, /a number is needed/],
  ["p95 < 500kb", 7, /unknown unit "kb"; known: none, us, µs, ms, s/],
  ["p0 < 5ms", 1, /between p0 and p100/],
  ["p100 < 5ms", 1, /between p0 and p100/],
  ["p95(servise) < 5ms", 5, /did you mean "service"/],
  ["errrorRate < 1%", 1, /did you mean "errorRate"/],
  ["errorRate < 0.01", 13, /a unit is missing; known: %/],
  ["errorRate < 101%", 13, /at most 100%/],
  ["errorRate(x) < 1%", 10, /takes nothing in parentheses/],
  ["status < 1%", 7, /needs to know which: status\(…\)/],
  ["status(20) < 1%", 8, /three digits/],
  ["bytes(up) < 1mb", 7, /known: sent, received/],
  ["step(a.p95 < 1s", 16, /"\)" is missing/],
  ["step().p95 < 1s", 6, /a name is missing/],
  ["step(a.p95 < 1s", 16, /"." is missing/],
  ["step(a).step(b).p95 < 1s", 9, /can stand there once/],
  ["tag(a).p95 < 1s", 5, /tag\(name=value\)/],
  ["group(a).rps > 1", 10, /not a group's own: give its steps a tag/],
  ["group(a).step(b).p95 < 1s", 18, /either a step or a group/],
  ["step(a).dropped < 1", 9, /select with workload/],
  ["p95 < 1s ober 30s", 10, /did you mean "over"/],
  ["p95 < 1s over 0s", 15, /1s to 3600s, as in over 30s/],
  ["p95 < 1s over 1.5s", 15, /whole seconds/],
  ["p95 < 1s over 5s over 6s", 18, /"over" stands there twice/],
  ["p95 < 1s for 3", 10, /say how long they are/],
  ["p95 < 1s over 5s for 0", 22, /1 to 1000, as in for 3/],
  ["p95 < 1s in 2", 13, /stage\(…\) is missing/],
  ["p95 < 1s in stage(0)", 19, /as in stage\(2\)/],
  ["p95 < 1s !", 10, /unknown "!"/],
  ["requests >= 100 abort", 17, /only grows until the end/],
];

test.each(wrong)("%j is refused at column %d", (text, column, message) => {
  const result = parseSla(text);
  expect(result).toMatchObject({ ok: false, column });
  expect(result.ok ? "" : result.message).toMatch(message);
});
