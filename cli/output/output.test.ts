import { describe, expect, test } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SlaResult } from "@onrush/shared/api/slaResult.ts";
import { bytes, count, ms, rate } from "./formatNumbers.ts";
import { emptySummary, endedRun, latency } from "./runs.testing.ts";
import { runSummary } from "./runSummary.ts";
import { painterFor } from "./tone.ts";

describe("numbers for terminals", () => {
  test.each([
    [0, "0.00 ms"],
    [1.234, "1.23 ms"],
    [12.34, "12.3 ms"],
    [123.4, "123 ms"],
    [1000, "1.00 s"],
    [61_500, "61.50 s"],
  ])("%d ms is %s", (value, text) => expect(ms(value)).toBe(text));

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 KB"],
    [1_234_567, "1.2 MB"],
    [5e15, "5000.0 TB"],
  ])("%d bytes are %s", (value, text) => expect(bytes(value)).toBe(text));

  test("thousands are grouped, rates have one decimal", () => {
    expect([count(1_234_567), rate(12.345)]).toEqual(["1,234,567", "12.3"]);
  });
});

describe("the summary", () => {
  const ledger = {
    ...{ scheduled: 1_000, started: 950, dropped: 40, lost: 10, maybeSent: 0 },
    ...{ ok: 900, failed: 50, neutral: 0, interrupted: 0 },
    droppedBy: { late: 10, inFlightLimit: 30 },
  };
  const summary = {
    ...emptySummary(),
    ...{ rps: 95, successRate: 94.736_8, statusCodes: { 500: 50, 200: 900 } },
    requests: { sent: 950, ok: 900, failed: 50, neutral: 0, interrupted: 0 },
    response: latency({ count: 950, p50: 10, p75: 20, p90: 30, p95: 40, p99: 50, max: 1_500 }),
    service: latency({ count: 950, p50: 5, p95: 6, p99: 7, max: 8 }),
    errors: { timeout: 3, connectionRefused: 7 },
  };

  test("tells the ledger, the reasons of drops the most frequent first, and the state", () => {
    const text = runSummary(endedRun({ ledger, summary }));
    expect(text).toContain("checkout: COMPLETED, VALID");
    expect(text).toContain("1,000 scheduled = 950 started + 40 dropped + 10 lost");
    expect(text).toContain("(inFlightLimit: 30, late: 10)");
  });

  test("hints at the address when no request got an answer", () => {
    const requests = { sent: 10, ok: 0, failed: 10, neutral: 0, interrupted: 0 };
    const told = (errors: Record<string, number>) =>
      runSummary(endedRun({ summary: { ...summary, requests, errors } }), undefined, undefined, [
        "http://h:1/",
      ]);
    expect(told({ connectionRefused: 10 })).toContain(
      "no request got an answer from http://h:1/: does anything listen there?",
    );
    expect(told({ dns: 10 })).toContain("from http://h:1/: is the name right?");
    expect(told({ connectionRefused: 9, timeout: 1 })).not.toContain("no request got");
  });

  test("tells requests, rate, status codes and errors", () => {
    const text = runSummary(endedRun({ ledger, summary }));
    expect(text).toContain("950 sent, 900 ok, 50 failed");
    expect(text).toContain("95.0/s over 10.0 s, success 94.74 %");
    expect(text).toContain("200: 900, 500: 50");
    expect(text).toContain("connectionRefused: 7, timeout: 3");
  });

  test("tells redirects only when some were followed", () => {
    const some = { ...summary, redirects: 1_900 };
    expect(runSummary(endedRun({ ledger, summary: some }))).toContain("redirects   1,900 followed");
    expect(runSummary(endedRun({ ledger, summary }))).not.toContain("redirects");
  });

  test("tells setup and teardown in a line each, where there are any", () => {
    const step = { name: "login", ok: true, status: 200, error: "", ms: 12 };
    const setup = { state: "ok", reason: "", requests: 1, steps: [step] } as const;
    const reason = 'step "logout": status 403';
    const teardown = { state: "failed", reason, requests: 2, steps: [] } as const;
    const text = runSummary(
      endedRun({
        ledger,
        setup: { ...setup, steps: [step] },
        teardown: { ...teardown, steps: [] },
      }),
    );
    expect(text).toMatch(/setup {7}ok, 1 request \(login 12(\.\d+)? ms\)\n/);
    expect(text).toContain(`teardown    failed, 2 requests: ${reason}`);
    expect(runSummary(endedRun({ ledger }))).not.toContain("setup");
  });

  test("draws a bar for each percentile", () => {
    const lines = runSummary(endedRun({ ledger, summary })).split("\n");
    const from = lines.findIndex((line) => line.includes("from due"));
    expect(lines.slice(from, from + 7)).toEqual([
      "  response time (from due): avg 0.00 ms, sd 0.00 ms, min 0.00 ms, max 1.50 s",
      `    P50   10.0 ms  ${"█".repeat(8)}`,
      `    P75   20.0 ms  ${"█".repeat(16)}`,
      `    P90   30.0 ms  ${"█".repeat(24)}`,
      `    P95   40.0 ms  ${"█".repeat(32)}`,
      `    P99   50.0 ms  ${"█".repeat(40)}`,
      "  service time (from sent): p50 5.00 ms, p95 6.00 ms, p99 7.00 ms, max 8.00 ms",
    ]);
  });

  test("prints the percentiles that were asked for, and the histogram", () => {
    const percentiles = [
      { percent: 66, ms: 12.3 },
      { percent: 99.99, ms: 1_400 },
    ];
    const buckets = [{ fromMs: 5, toMs: 5, count: 7 }];
    const text = runSummary(endedRun({ ledger, summary }), { percentiles, buckets });
    expect(text).toContain("  percentiles:\n         66%   12.3 ms\n      99.99%    1.40 s\n");
    expect(text).toContain("  latency histogram:\n    5.00 ms – ");
    const short = runSummary(endedRun({ ledger, summary }), { percentiles: [], buckets });
    expect(short).not.toContain("percentiles:");
  });

  test("tells outcomes and the neutral ones among the requests", () => {
    const requests = { ...summary.requests, neutral: 5 };
    const some = { ...summary, requests, outcomes: { "no-balance": 5, slow: 7 } };
    const text = runSummary(endedRun({ ledger, summary: some }));
    expect(text).toContain("50 failed, 5 neutral, 0 interrupted");
    expect(text).toContain("  outcomes    slow: 7, no-balance: 5\n");
  });

  test("tells what lost workers may have sent besides, and nothing where none was lost", () => {
    const of = (maybeSent: number) => {
      const requests = { ...summary.requests, maybeSent };
      return runSummary(endedRun({ ledger, summary: { ...summary, requests } }));
    };
    expect(of(1_234)).toContain("interrupted; lost workers may have sent up to 1,234 more\n");
    expect(of(0)).toContain("interrupted\n");
  });

  test("tells how many reports were refused, and nothing where none was", () => {
    const of = (refusedReports: number) =>
      runSummary(endedRun({ ledger, summary, refusedReports }));
    expect(of(1_234)).toContain("  refused     1,234 late reports, which changed nothing\n");
    expect(of(0)).not.toContain("refused");
  });

  test("requests that never left are told beside the service time", () => {
    const some = { ...summary, service: latency({ count: 940 }) };
    expect(runSummary(endedRun({ ledger, summary: some }))).toContain(
      "10 of the requests found no",
    );
    expect(runSummary(endedRun({ ledger, summary }))).not.toContain("found no");
  });

  test("every check is told in a line of its own, with what failed of it", () => {
    const checks = [
      {
        name: "status == 200",
        workload: "main",
        step: "pay",
        passed: 950,
        failed: 0,
        percent: 100,
      },
      { name: "has id", workload: "main", step: "pay", passed: 900, failed: 50, percent: 94.736_8 },
    ];
    const text = runSummary(endedRun({ ledger, summary: { ...summary, checks } }));
    expect(text).toContain("✓ pay: status == 200  100 % of 950\n");
    expect(text).toContain("✗ pay: has id  94.74 % of 950, 50 failed\n");
    expect(runSummary(endedRun({ ledger, summary }))).not.toContain("checks:");
  });

  test("with several workloads a check says whose it is", () => {
    const check = { name: "has id", step: "pay", passed: 9_999_999, failed: 1, percent: 99.999_99 };
    const checks = ["shop", "app"].map((workload) => ({ ...check, workload }));
    const [workload] = summary.workloads;
    if (workload === undefined) throw new Error("a summary has a workload");
    const workloads = ["shop", "app"].map((name) => ({ ...workload, name }));
    const text = runSummary(endedRun({ ledger, summary: { ...summary, checks, workloads } }));
    for (const name of ["shop", "app"]) {
      expect(text).toContain(`✗ ${name}: pay: has id  99.99 % of 10,000,000, 1 failed\n`);
    }
  });

  test("users and their iterations are told where users were", () => {
    const iterations = { ...ledger, started: 1_234 };
    const duration = latency({ count: 1_234, p50: 5, p99: 90 });
    const users = { vus: { max: 64 }, iterations, iterationDuration: duration };
    const [workload] = summary.workloads;
    if (workload === undefined) throw new Error("a summary has a workload");
    const closed = { ...summary, ...users, workloads: [{ ...workload, ...users }] };
    expect(runSummary(endedRun({ ledger, summary: closed }))).toContain(
      "users       64 at most, 1,234 iterations, each p50 5.00 ms p99 90.0 ms",
    );
    expect(runSummary(endedRun({ ledger, summary }))).not.toContain("users ");
    const all = { iterations: { ...ledger, started: 5_000 }, iterationDuration: latency() };
    const beside = { ...closed, ...all, workloads: [...closed.workloads, workload] };
    expect(runSummary(endedRun({ ledger, summary: beside }))).toContain(
      "users       64 at most, 1,234 iterations, each p50 5.00 ms p99 90.0 ms",
    );
  });

  test("work done within milliseconds was not done in no time", () => {
    const short = { ...summary, durationSeconds: 0.034 };
    expect(runSummary(endedRun({ ledger, summary: short }))).toContain("/s over 0.034 s");
  });

  test("phases are told by their part of the time, without those that hardly took any", () => {
    const phases = {
      blocked: latency({ count: 1_000, avg: 0.2, p50: 0.01, p99: 30 }),
      sending: latency({ count: 1_000, avg: 0.001 }),
      connect: latency({ count: 10, avg: 20, p50: 19, p99: 30 }),
      waiting: latency({ count: 900, avg: 2, p50: 1, p99: 8 }),
    };
    const text = runSummary(endedRun({ ledger, summary: { ...summary, phases } }));
    expect(text).toContain(
      "time spent: waiting 90 % (p50 1.00 ms, p99 8.00 ms), blocked 10 % (p50 0.01 ms, p99 30.0 ms)\n",
    );
    // Opening is part of blocked: among the shares it would count twice.
    expect(text).toContain("connections: 10 opened, connect p50 19.0 ms p99 30.0 ms");
    expect(runSummary(endedRun({ ledger, summary }))).not.toMatch(/time spent|connections/);
  });

  test("every reason against the run's validity is told", () => {
    const reasons = ["worker w1 used 95 % of its cores", "3 arrivals were lost"];
    const text = runSummary(endedRun({ verdict: { sla: "NONE", validity: "SUSPECT", reasons } }));
    for (const reason of reasons) expect(text).toContain(`! ${reason}`);
  });

  test("bad seconds of the generator are told with what was wrong, the most frequent first", () => {
    const badSeconds = { count: 3, of: 60, by: { gc: 1, lateness: 3 } };
    const text = runSummary(endedRun({ summary: { ...emptySummary(), badSeconds } }));
    expect(text).toContain("3 of 60 seconds bad: lateness p99 above 5 ms (3), a long GC pause (1)");
    const good = { ...emptySummary(), badSeconds: { count: 0, of: 60, by: {} } };
    expect(runSummary(endedRun({ summary: good }))).not.toContain("seconds bad");
  });

  test("a run that never started has a ledger and nothing else", () => {
    const text = runSummary(endedRun({ state: "FAILED", summary: null }));
    expect(text).toContain("checkout: FAILED");
    expect(text).toContain("0 scheduled");
    expect(text).not.toContain("requests");
  });

  test("a run without a single answer divides nothing by zero", () => {
    const text = runSummary(endedRun());
    expect(text).toContain("status      none");
    expect(text).not.toMatch(/NaN|Infinity|errors/);
  });
});

describe("colours of the summary", () => {
  const painted = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[39m`;
  const [red, green, yellow] = [painted(31), painted(32), painted(33)];
  const line = (text: string, status: SlaResult["status"]): SlaResult => ({
    ...{ text, status, limit: 1, unit: "ms", value: null, failedAtSecond: null },
    ...{ aborted: false, reason: "" },
  });
  const check = { workload: "main", step: "pay", passed: 5, percent: 50 };
  const checks = [
    { ...check, name: "has id", failed: 5 },
    { ...check, name: "is small", failed: 0 },
  ];
  const run = (validity: RunView["verdict"]["validity"], sla: RunView["verdict"]["sla"]) =>
    endedRun({
      verdict: { sla, validity, reasons: ["why"] },
      sla: [line("p95 < 1ms", "FAILED"), line("p50 < 1ms", "PASSED"), line("sd < 1ms", "NONE")],
      summary: { ...emptySummary(), checks },
    });
  const inTerminal = { isTTY: true };

  test.each([
    ["VALID", "PASSED", `checkout: COMPLETED, ${green("VALID")}, ${green("SLA PASSED")}`],
    ["SUSPECT", "FAILED", `checkout: COMPLETED, ${yellow("SUSPECT")}, ${red("SLA FAILED")}`],
    ["INVALID", "NONE", `checkout: COMPLETED, ${red("INVALID")}`],
  ] as const)("%s, %s", (validity, sla, text) => {
    const lines = runSummary(run(validity, sla), undefined, painterFor(inTerminal, {})).split("\n");
    expect(lines[1]).toBe(text);
  });

  test("of SLA lines, checks and reasons", () => {
    const text = runSummary(run("SUSPECT", "FAILED"), undefined, painterFor(inTerminal, {}));
    expect(text).toContain(yellow("  ! why"));
    expect(text).toContain(`    ${red("✗ p95 < 1ms")}`);
    expect(text).toContain(`    ${green("✓ p50 < 1ms")}`);
    expect(text).toContain(`    ${yellow("– sd < 1ms")}`);
    expect(text).toContain(`    ${red("✗ pay: has id")}  50.00 % of 10, 5 failed`);
    expect(text).toContain(`    ${green("✓ pay: is small")}  100 % of 5`);
  });

  test.each([
    [{ isTTY: false }, {}],
    [{}, {}],
    [inTerminal, { NO_COLOR: "1" }],
    [inTerminal, { TERM: "dumb" }],
  ])("are none for %j with %j", (stream, environment) => {
    const paint = painterFor(stream, environment);
    expect(runSummary(run("SUSPECT", "FAILED"), undefined, paint)).not.toContain("\x1b");
  });
});
