import { describe, expect, test } from "vitest";
import { scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import { banner } from "./banner.ts";
import { fit, type Line, lineWidth } from "./line.ts";
import { liveBlock, type LiveState } from "./liveBlock.ts";
import { plainLine } from "./plainLine.ts";
import { ProgressCount } from "./progressCount.ts";
import { latency, viewOfSecond } from "./runs.testing.ts";
import { runPlan } from "./runPlan.ts";
import { Terminal } from "./terminal.ts";
import { hasColors, painterFor } from "./tone.ts";

const profile = { type: "CONSTANT", initialRps: 2_000 };
const plan = (change: object = {}, seconds = 300) =>
  runPlan(
    scenarioSchema.parse({
      ...{ name: "sms", targetUrl: "http://h:1/send?key=secret", durationSeconds: 300 },
      ...{ loadProfile: profile, ...change },
    }),
    seconds,
  );

const users = {
  generate: {
    count: 100_000,
    fields: { plan: { weighted: { free: 50, pro: 30, enterprise: 20 } }, id: "{{row}}" },
  },
};

describe("counting", () => {
  test("adds up seconds; a higher revision replaces, a lower one does not", () => {
    const progress = new ProgressCount();
    progress.add(viewOfSecond(0, { sent: 10, ok: 8, neutral: 1, failed: 1 }));
    progress.add(viewOfSecond(1, { sent: 5, rev: 2, dropped: 3 }));
    progress.add(viewOfSecond(0, { sent: 10, ok: 7, neutral: 1, failed: 2, rev: 2 }));
    progress.add(viewOfSecond(1, { sent: 99, rev: 1 }));
    expect(progress.total()).toEqual({
      ...{ seconds: 2, sent: 15, ok: 7, neutral: 1, failed: 2, dropped: 3, begun: 3 },
    });
    expect(progress.newest?.second).toBe(1);
  });

  test("the rate is of the seconds asked for, also of those without requests", () => {
    const progress = new ProgressCount();
    for (const [second, sent] of [
      [0, 10],
      [1, 20],
      [3, 40],
    ] as const) {
      progress.add(viewOfSecond(second, { sent }));
    }
    expect([1, 2, 3, 99].map((count) => progress.rate(count))).toEqual([40, 20, 20, 17.5]);
    expect(new ProgressCount().rate(2)).toBe(0);
  });

  test("iterations of three steps are counted once each", () => {
    const progress = new ProgressCount();
    progress.add(viewOfSecond(0, { started: 10, sent: 30, ok: 30 }));
    progress.add(viewOfSecond(1, { started: 5, sent: 15, ok: 12, interrupted: 3, lost: 2 }));
    expect(progress.total().begun).toBe(17);
  });

  test("hours of seconds add up, and the newest are still corrected", () => {
    const progress = new ProgressCount(300);
    for (let second = 0; second < 10_000; second++) {
      progress.add(viewOfSecond(second, { sent: 10, started: 10 }));
    }
    progress.add(viewOfSecond(9_999, { sent: 12, started: 10, rev: 2 }));
    progress.add(viewOfSecond(3, { sent: 99, rev: 2 }));
    expect(progress.total()).toMatchObject({ seconds: 10_000, sent: 100_002, begun: 100_000 });
    expect([progress.rate(2), progress.rate(300)]).toEqual([11, 3_002 / 300]);
  });
});

describe("the plan of a run", () => {
  test.each<[string, object, object]>([
    ["a rate", {}, { peakRps: 2_000, rateOf: "requests", users: null, iterations: null }],
    [
      "users",
      { loadProfile: { type: "VUS", vus: 3 } },
      { peakRps: null, users: 3, iterations: null },
    ],
    [
      "iterations",
      {
        durationSeconds: undefined,
        loadProfile: { type: "ITERATIONS", iterations: 70, concurrency: 3 },
      },
      { peakRps: null, users: 3, iterations: 70 },
    ],
    [
      "devices",
      { loadProfile: { type: "DEVICES", devices: 30, messagesPerSecond: 2 } },
      { peakRps: 60, users: 30, iterations: null },
    ],
  ])("%s", (_, change, expected) => expect(plan(change)).toMatchObject(expected));

  test.each<[string[], string[]]>([
    [["http://h/a?k=1"], ["http://h/a"]],
    [
      ["http://h/a", "http://h/b", "http://i/c"],
      ["http://h", "http://i"],
    ],
  ])("%j goes to %j", (urls, targets) => {
    const steps = urls.map((url, i) => ({ name: `s${i}`, protocol: "http", url }));
    const change = { targetUrl: undefined, steps };
    expect(plan(change)).toMatchObject({
      targets,
      rateOf: urls.length > 1 ? "iterations" : "requests",
    });
  });

  test.each<[object[], string | null]>([
    [[], null],
    [[{ name: "late", when: "latency > 5", as: "ok" }], null],
    [[{ name: "no-balance", when: "status == 402", as: "neutral" }], "No-Balance"],
    [
      [
        { name: "a", when: "status == 402", as: "neutral" },
        { name: "b", when: "status == 403", as: "neutral" },
      ],
      "Neutral",
    ],
  ])("the neutral column of %j is %s", (outcomes, neutral) => {
    expect(plan({ outcomes }).neutral).toBe(neutral);
  });
});

describe("not in a terminal", () => {
  const at = new Date(2026, 0, 1, 9, 5, 7);

  test("the banner tells target, rate, duration, distribution and start", () => {
    expect(banner(plan({ data: { users } }), at)).toEqual([
      "Scenario:       sms",
      "Target:         http://h:1/send",
      "Target RPS:     2,000 requests/second",
      "Duration:       5m0s",
      "",
      "Distribution of users by plan:",
      "  free: 50000 users (50.0%)",
      "  pro: 30000 users (30.0%)",
      "  enterprise: 20000 users (20.0%)",
      "",
      "Load test started at 09:05:07",
      "",
    ]);
    const work = { type: "ITERATIONS", iterations: 5_000, concurrency: 8 };
    expect(
      banner(plan({ durationSeconds: undefined, loadProfile: work }, 600), at).slice(2, 5),
    ).toEqual(["Users:          8", "Iterations:     5,000", "Duration:       at most 10m0s"]);
  });

  const total = {
    seconds: 2,
    sent: 100_941,
    ok: 100_939,
    failed: 0,
    neutral: 1,
    dropped: 0,
    begun: 0,
  };
  const times = { count: 100_940, avg: 0.523, min: 0.1, max: 127, p95: 1.236 };

  test.each<[string, object, string | null, string]>([
    [
      "with a neutral outcome",
      {},
      "No-Balance",
      "Total: 100941 | Success: 100939 | No-Balance:      1 | Failed:      0 | RPS:  1228.5 | Success Rate: 100.0% | Latency (ms): avg=0.52 min=0.10 max=127.00 p95=1.24",
    ],
    [
      "without one, and with failures that must not be rounded away",
      { failed: 1, neutral: 0 },
      null,
      "Total: 100941 | Success: 100939 | Failed:      1 | RPS:  1228.5 | Success Rate:  99.9% | Latency (ms): avg=0.52 min=0.10 max=127.00 p95=1.24",
    ],
  ])("a line %s", (_, change, neutral, line) => {
    expect(plainLine({ ...total, ...change }, 1_228.46, times, { neutral })).toBe(line);
  });

  test("nothing answered yet is neither success nor failure, and took no time", () => {
    const none = { ...total, ok: 0, neutral: 0 };
    expect(plainLine(none, 0, latency(), { neutral: null })).toContain(
      "Success Rate:      - | Latency (ms): avg=- min=- max=- p95=-",
    );
  });
});

const textOf = (line: Line) => line.map(([text]) => text).join("");

describe("in a terminal", () => {
  const newest = viewOfSecond(34, {
    ...{ sent: 1_998, planned: 2_000, inFlight: 12, latenessP99Ms: 2 },
    response: latency({ p50: 1.2, p95: 3.4, p99: 8.1 }),
    service: latency({ p50: 1.1, p95: 3.2, p99: 7.9 }),
  });
  const total = {
    seconds: 35,
    sent: 69_930,
    ok: 69_918,
    failed: 0,
    neutral: 0,
    dropped: 0,
    begun: 0,
  };
  const state = (change: Partial<LiveState> = {}): LiveState => ({
    ...{ plan: plan({}, 60), phase: "RUNNING", newest, total },
    ...change,
  });
  const lines = (change: Partial<LiveState> = {}, columns = 100, rows = 24) =>
    liveBlock(state(change), columns, rows).map(textOf);

  test("progress with the time left, rate against planned, both latencies, errors", () => {
    expect(lines()).toEqual([
      "sms  RUNNING",
      `${"█".repeat(23)}${"░".repeat(17)} 58 %  35s of 1m0s, 25s left`,
      "rate      1998.0/s of 2000.0/s planned  in flight 12  sent 69,930",
      "response  p50 1.20 ms  p95 3.40 ms  p99 8.10 ms",
      "service   p50 1.10 ms  p95 3.20 ms  p99 7.90 ms",
      "errors    0 (0.00 %)",
    ]);
  });

  test("iterations of several steps are compared with their own plan", () => {
    const steps = ["a", "b"].map((name) => ({ name, protocol: "http", url: "http://h/" }));
    const two = plan({ targetUrl: undefined, steps }, 60);
    expect(lines({ plan: two, newest: { ...newest, started: 999, planned: 1_000 } })[2]).toBe(
      "rate      1998.0/s  iterations 999.0/s of 1000.0/s planned  in flight 12  sent 69,930",
    );
  });

  test("iterations of users are not compared with the plan of arrivals beside them", () => {
    const steps = ["a", "b"].map((name) => ({ name, protocol: "http", url: "http://h/" }));
    const workload = (name: string, loadProfile: object) => ({ name, loadProfile, steps });
    const workloads = [workload("app", profile), workload("shop", { type: "VUS", vus: 3 })];
    const both = plan({ targetUrl: undefined, loadProfile: undefined, workloads }, 60);
    const some = { ...newest, started: 45, planned: 25, users: 3 };
    expect(lines({ plan: both, newest: some }, 120)[2]).toBe(
      "rate      1998.0/s  iterations 45.0/s  arrivals planned 25.0/s  users 3  in flight 12  sent 69,930",
    );
  });

  test("what goes wrong shows when there is any", () => {
    const bad = { ...total, failed: 70, dropped: 5, neutral: 2 };
    const outcomes = [{ name: "no-balance", when: "status == 402", as: "neutral" }];
    const late = { ...newest, latenessP99Ms: 7 };
    expect(lines({ total: bad, newest: late, plan: plan({ outcomes }, 60) })[5]).toBe(
      "errors    70 (0.10 %)  No-Balance 2  dropped 5  late p99 7.00 ms",
    );
  });

  test("a fixed amount of work is its own progress", () => {
    const work = { type: "ITERATIONS", iterations: 5_000, concurrency: 8 };
    const all = lines({
      ...{ plan: plan({ durationSeconds: undefined, loadProfile: work }, 600) },
      total: { ...total, begun: 2_499 },
      newest: { ...newest, users: 8, planned: 0 },
    });
    expect(all[1]).toContain(" 49 %  2,499 of 5,000 iterations, 35s");
    expect(all[2]).toBe("rate      1998.0/s  users 8  in flight 12  sent 69,930");
  });

  test("one line for each step, and for as many as there is room", () => {
    const step = { name: "login", sent: 10, ok: 10, neutral: 0, interrupted: 0, redirects: 0 };
    const times = { response: latency({ p95: 5 }), service: latency() };
    const steps = ["login", "pay", "a long name of a step that goes on"].map((name, i) => ({
      ...{ ...step, ...times, workload: "main", name, failed: i },
    }));
    const some = { newest: { ...newest, steps } };
    expect(lines(some).slice(6)).toEqual([
      "  login                        10.0/s  p95  5.00 ms",
      "  pay                          10.0/s  p95  5.00 ms  failed 1",
      "  a long name of a step th     10.0/s  p95  5.00 ms  failed 2",
    ]);
    expect(lines(some, 100, 9).slice(6)).toEqual([
      "  login     10.0/s  p95  5.00 ms",
      "  and 2 steps more",
    ]);
  });

  test("with several workloads a step says whose it is", () => {
    const times = { response: latency({ p95: 5 }), service: latency() };
    const step = { sent: 10, ok: 10, neutral: 0, failed: 0, interrupted: 0, redirects: 0 };
    const steps = ["shop", "app"].map((workload) => ({ ...step, ...times, workload, name: "pay" }));
    expect(lines({ newest: { ...newest, steps } }).slice(6)).toEqual([
      "  shop: pay     10.0/s  p95  5.00 ms",
      "  app: pay      10.0/s  p95  5.00 ms",
    ]);
  });

  test("before the first second it says what is waited for", () => {
    expect(lines({ newest: undefined, phase: "QUEUED" })).toEqual([
      "sms  QUEUED",
      "waiting for free workers",
    ]);
  });

  test("after the load it waits for answers", () => {
    expect(lines({ newest: { ...newest, second: 61 } })[1]).toContain("100 %  1m2s, waiting for");
  });

  test("fits narrow terminals", () => {
    for (const columns of [10, 20, 40, 79]) {
      for (const line of liveBlock(state(), columns, 24)) {
        const text = textOf(fit(line, columns));
        expect(text.length).toBeLessThanOrEqual(columns);
        if (textOf(line).length > columns) expect(text.endsWith("…")).toBe(true);
      }
    }
  });

  test("what does not fit beside goes below, so that nothing is missing in 40 columns", () => {
    expect(lines({}, 40)).toEqual([
      "sms  RUNNING",
      `${"█".repeat(5)}${"░".repeat(4)} 58 %  35s of 1m0s, 25s left`,
      "rate      1998.0/s of 2000.0/s planned",
      "          in flight 12  sent 69,930",
      "response  p50 1.20 ms  p95 3.40 ms",
      "          p99 8.10 ms",
      "service   p50 1.10 ms  p95 3.20 ms",
      "          p99 7.90 ms",
      "errors    0 (0.00 %)",
    ]);
  });

  test("a part that is too wide goes on below", () => {
    const steps = ["a", "b"].map((name) => ({ name, protocol: "http", url: "http://h/" }));
    const two = plan({ targetUrl: undefined, steps }, 60);
    const planned = { ...newest, started: 999, planned: 1_000 };
    expect(lines({ plan: two, newest: planned }, 40).slice(2, 6)).toEqual([
      "rate      1998.0/s",
      "          iterations 999.0/s of 1000.0/s",
      "          planned  in flight 12",
      "          sent 69,930",
    ]);
  });

  test("characters that take two columns count as two", () => {
    const name = "予約の検索と確認と支払い";
    const line: Line = [[name, "plain"]];
    expect(lineWidth(line)).toBe(24);
    expect([9, 10, 11].map((columns) => textOf(fit(line, columns)))).toEqual([
      "予約の検…",
      "予約の検…",
      "予約の検索…",
    ]);
    const times = { response: latency({ p95: 5 }), service: latency() };
    const step = { sent: 10, ok: 10, neutral: 0, failed: 0, interrupted: 0, redirects: 0 };
    const steps = [name, "pay"].map((name) => ({ ...step, ...times, workload: "main", name }));
    const [wide = [], narrow = []] = liveBlock(
      state({ newest: { ...newest, steps } }),
      39,
      24,
    ).slice(-2);
    expect(lineWidth(wide)).toBeLessThanOrEqual(39);
    expect(lineWidth(wide)).toBe(lineWidth(narrow));
  });
});

describe("the terminal", () => {
  function screen(columns = 80, rows = 24) {
    const written: string[] = [];
    const output = { columns, rows, write: (text: string) => written.push(text) > 0 };
    const paint = (isTTY: boolean) => painterFor({ isTTY }, {});
    return { written, output, terminal: (colors: boolean) => new Terminal(output, paint(colors)) };
  }
  const block: Line[] = [[["one", "good"]], [["two", "plain"]]];

  test("draws over what it has drawn, gives the cursor back, and leaves the output alone then", () => {
    const { written, terminal } = screen();
    const at = terminal(false);
    at.draw(block);
    at.draw(block);
    at.print("said");
    at.draw(block);
    at.end(true);
    at.end(true);
    at.draw(block);
    at.print("said too late");
    expect(written).toEqual([
      "\x1b[?25lone\ntwo\n",
      "\x1b[2A\r\x1b[0Jone\ntwo\n",
      "\x1b[2A\r\x1b[0Jsaid\n",
      "one\ntwo\n",
      "\x1b[2A\r\x1b[0J",
      "\x1b[?25h",
    ]);
  });

  test("never draws more than it can draw over", () => {
    const { written, terminal } = screen(12, 8);
    terminal(false).draw(Array.from({ length: 30 }, (): Line => [["x".repeat(30), "plain"]]));
    const lines = (written[0] ?? "").replace("\x1b[?25l", "").trimEnd().split("\n");
    expect(lines).toEqual(Array(7).fill(`${"x".repeat(10)}…`));
  });

  test("draws over lines that a narrower terminal has broken into several", () => {
    const { written, output, terminal } = screen(80);
    const at = terminal(false);
    at.draw([[["x".repeat(70), "plain"]], [["y", "plain"]]]);
    output.columns = 30;
    at.draw([[["z", "plain"]]]);
    expect(written[1]).toBe("\x1b[4A\r\x1b[0Jz\n");
  });

  test("has colours, unless NO_COLOR says otherwise", () => {
    const { written, terminal } = screen();
    terminal(true).draw(block);
    expect(written[0]).toContain("\x1b[32mone\x1b[39m\ntwo\n");
    expect(hasColors({})).toBe(true);
    expect(hasColors({ NO_COLOR: "" })).toBe(true);
    expect(hasColors({ NO_COLOR: "1" })).toBe(false);
    expect(hasColors({ TERM: "dumb" })).toBe(false);
  });
});
