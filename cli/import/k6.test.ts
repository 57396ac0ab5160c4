import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { describe, expect, test } from "vitest";
import { importK6 } from "./k6.ts";
import { plainSteps } from "./nestSteps.ts";

function imported(source: object | string) {
  const { scenario, left } = importK6(typeof source === "string" ? source : JSON.stringify(source));
  const parsed = parseScenario(scenario);
  expect(parsed.ok ? [] : parsed.problems).toEqual([]);
  const told = left.filter(({ where }) => where !== "options");
  return { scenario, left: told.map(({ where, message }) => `${where}: ${message}`) };
}

const stages = [
  { duration: "30s", target: 20 },
  { duration: "1m30s", target: 0 },
];

describe("k6 executors as load profiles", () => {
  test.each<[string, object, object]>([
    [
      "vus and duration",
      { vus: 10, duration: "30s" },
      { durationSeconds: 30, loadProfile: { type: "VUS", vus: 10 } },
    ],
    [
      "stages",
      { stages },
      {
        loadProfile: {
          type: "VU_STAGES",
          initialVus: 1,
          stages: [
            { durationSeconds: 30, targetVus: 20 },
            { durationSeconds: 90, targetVus: 0 },
          ],
        },
      },
    ],
    [
      "iterations",
      { vus: 4, iterations: 100, duration: "2m" },
      {
        loadProfile: {
          type: "ITERATIONS",
          ...{ iterations: 100, concurrency: 4, maxDurationSeconds: 120 },
        },
      },
    ],
    [
      "nothing at all is one iteration",
      {},
      { loadProfile: { type: "ITERATIONS", iterations: 1, concurrency: 1 } },
    ],
    [
      "constant-arrival-rate",
      {
        scenarios: {
          a: {
            ...{ executor: "constant-arrival-rate", rate: 30, timeUnit: "1m", duration: "5m" },
            ...{ preAllocatedVUs: 5, maxVUs: 50 },
          },
        },
      },
      {
        ...{ durationSeconds: 300, maxInFlight: 50 },
        loadProfile: { type: "CONSTANT", initialRps: 0.5 },
      },
    ],
    [
      "ramping-arrival-rate",
      { scenarios: { a: { executor: "ramping-arrival-rate", startRate: 5, stages } } },
      {
        loadProfile: {
          type: "STAGES",
          initialRps: 5,
          stages: [
            { durationSeconds: 30, targetRps: 20 },
            { durationSeconds: 90, targetRps: 0 },
          ],
        },
      },
    ],
    [
      "ramping-vus",
      { scenarios: { a: { executor: "ramping-vus", startVUs: 0, stages, gracefulStop: "5s" } } },
      { gracefulStopSeconds: 5, loadProfile: { type: "VU_STAGES", initialVus: 0 } },
    ],
    [
      "constant-vus with a least duration of iterations",
      {
        minIterationDuration: "500ms",
        scenarios: { a: { executor: "constant-vus", vus: 3, duration: "10s" } },
      },
      { durationSeconds: 10, loadProfile: { type: "VUS", vus: 3, paceSeconds: 0.5 } },
    ],
    [
      "shared-iterations",
      { scenarios: { a: { executor: "shared-iterations", vus: 2, iterations: 9 } } },
      { loadProfile: { type: "ITERATIONS", iterations: 9, concurrency: 2 } },
    ],
  ])("%s", (_name, options, expected) => {
    const { scenario, left } = imported(options);
    expect(scenario).toMatchObject(expected);
    expect(left).toEqual([]);
  });

  test("per-vu-iterations become as many in all, and it is told", () => {
    const a = { executor: "per-vu-iterations", vus: 5, iterations: 20, maxDuration: "1h30m" };
    const { scenario, left } = imported({ scenarios: { a } });
    expect(scenario.loadProfile).toEqual({
      type: "ITERATIONS",
      ...{ iterations: 100, concurrency: 5, maxDurationSeconds: 5400 },
    });
    expect(left).toEqual([
      "scenarios.a: 20 iterations of each of 5 users become 100 that they share",
    ]);
  });

  test("scenarios become workloads, each at its time", () => {
    const { scenario } = imported({
      userAgent: "Agent/1",
      scenarios: {
        browse: { executor: "constant-vus", vus: 1, duration: "1m" },
        buy: { executor: "constant-arrival-rate", rate: 1, duration: "1m", startTime: "20s" },
      },
    });
    const told = scenario.workloads?.map(({ name, startSecond }) => [name, startSecond]);
    expect(told).toEqual([
      ["browse", undefined],
      ["buy", 20],
    ]);
    expect(plainSteps(scenario.workloads?.[1]?.steps)[0]?.headers).toEqual({
      "User-Agent": "Agent/1",
    });
  });

  test("what k6 inspect prints, with everything that is not set", () => {
    const { scenario, left } = imported({
      ...{ paused: null, vus: null, duration: null, iterations: null, stages: null },
      scenarios: {
        default: {
          ...{
            executor: "ramping-vus",
            startTime: null,
            gracefulStop: null,
            env: null,
            exec: null,
          },
          ...{ tags: null, options: null, startVUs: null, stages, gracefulRampDown: null },
        },
      },
      ...{ batch: null, maxRedirects: null, tlsVersion: null, thresholds: null, dns: {} },
      ...{ blacklistIPs: null, ext: null, insecureSkipTLSVerify: true, systemTags: null },
    });
    expect(scenario.tls).toEqual({ rejectUnauthorized: false });
    expect(left).toEqual([]);
  });
});

describe("what of k6 is not carried over", () => {
  test.each<[string, object, RegExp]>([
    ["a global rate limit", { rps: 5 }, /^rps: has no counterpart/],
    [
      "functions of their own",
      { scenarios: { a: { executor: "constant-vus", duration: "1s", exec: "f" } } },
      /^scenarios\.a\.exec/,
    ],
    ["hosts", { hosts: { a: "127.0.0.1" } }, /^hosts/],
    [
      "rates with more than three decimals",
      { scenarios: { a: { executor: "constant-arrival-rate", rate: 100, timeUnit: "1m" } } },
      /100 per 60s is rounded to 1.667\/s/,
    ],
    [
      "control from outside",
      { scenarios: { a: { executor: "externally-controlled", vus: 2, duration: "1s" } } },
      /constant users/,
    ],
  ])("is told: %s", (_name, options, expected) => {
    expect(imported(options).left).toEqual([expect.stringMatching(expected)]);
  });
});

describe("thresholds as SLA lines", () => {
  const two = {
    scenarios: {
      browse: { executor: "constant-vus", vus: 1, duration: "1m" },
      "log in (SSO)": { executor: "constant-vus", vus: 1, duration: "1m" },
    },
  };

  test.each<[string, unknown, string]>([
    ["http_req_duration", "p(95)<500", "p95(service) < 500ms"],
    ["http_req_duration", "p(99.9) <= 1e3", "p99.9(service) <= 1000ms"],
    ["http_req_duration", "med<200", "p50(service) < 200ms"],
    [
      "http_req_duration",
      { threshold: "avg<200", abortOnFail: true },
      "avg(service) < 200ms abort",
    ],
    ["iteration_duration", "max<2000", "max(iteration) < 2000ms"],
    ["http_req_failed", "rate<0.01", "errorRate < 1%"],
    ["http_req_failed", "rate===0.007", "errorRate == 0.7%"],
    ["http_reqs", "rate>=100", "rps >= 100"],
    ["http_reqs", "count>1000", "requests > 1000"],
    ["iterations", "count>10", "iterations > 10"],
    ["dropped_iterations", "count<5", "dropped < 5"],
    ["data_received", "count<1000000", "bytes(received) < 1000000"],
    ["http_req_duration{scenario:browse}", "p(95)<1", "workload(browse).p95(service) < 1ms"],
    ["http_req_duration{name:log in (SSO)}", "p(95)<1", 'step("log in (SSO)").p95(service) < 1ms'],
  ])("%s: %j", (key, threshold, line) => {
    const { scenario, left } = imported({ ...two, thresholds: { [key]: [threshold] } });
    expect(scenario.sla).toEqual([line]);
    expect(left).toEqual([]);
  });

  test.each<[string, unknown, RegExp]>([
    ["http_req_waiting", "p(95)<1", /no SLA line of the same meaning/],
    ["http_req_duration{expected_response:true}", "p(95)<1", /no SLA line/],
    ["http_req_duration", "count>1", /no SLA line/],
    ["my_metric", "rate<1", /no SLA line/],
    ["checks", "rate>0.9", /write them as checks/],
    ["http_req_duration", "p95 < 1 and more", /cannot be read/],
    ["http_req_duration", 7, /not a threshold/],
  ])("is told where there is none: %s %j", (key, threshold, message) => {
    const { scenario, left } = imported({ ...two, thresholds: { [key]: [threshold] } });
    expect(scenario.sla).toBeUndefined();
    expect(left).toEqual([expect.stringMatching(message)]);
  });

  test("of the only scenario need no name; a delay leaves out the beginning, and is told", () => {
    const { scenario, left } = imported({
      duration: "1m",
      thresholds: {
        "http_req_duration{scenario:default}": [
          { threshold: "p(95)<1", abortOnFail: true, delayAbortEval: "10s" },
        ],
      },
    });
    expect(scenario.sla).toEqual(["p95(service) < 1ms after 10s abort"]);
    expect(left).toEqual([expect.stringMatching(/delayAbortEval/)]);
  });
});

describe("a script", () => {
  const script = (options: string, before = "") => `
    import http from "k6/http";
    import { sleep } from "k6";
    ${before}
    export const options = ${options};
    export default function () { http.get("http://h/"); sleep(1); }`;

  test("is read as data: constants, arithmetic, spreads, comments", () => {
    const before = `const SECONDS = 30; const common = { executor: "constant-vus", vus: 2 * 5 };`;
    const { scenario, left } = imported(
      script(
        "{ scenarios: { 'a': { ...common, duration: `1m`, }, /* b */ b: { ...common, duration: SECONDS + 's' } } }",
        before,
      ),
    );
    expect(scenario.workloads?.map((one) => [one.durationSeconds, one.loadProfile])).toEqual([
      [60, { type: "VUS", vus: 10 }],
      [30, { type: "VUS", vus: 10 }],
    ]);
    expect(left).toEqual([]);
  });

  test("is never run: what only running could tell is told", () => {
    const { scenario, left } = imported(
      script(
        `{ vus: Number(__ENV.VUS), duration: (() => { throw new Error("run") })(), tags: f() }`,
      ),
    );
    expect(scenario.loadProfile).toMatchObject({ type: "ITERATIONS", iterations: 1 });
    expect(left.map((line) => line.split(":")[0])).toEqual(["vus", "duration", "tags"]);
  });

  test("may name a constant by itself without end", () => {
    expect(
      imported(script("{ vus: A, duration: '1s' }", "const A = B; const B = A;")).left,
    ).toEqual([expect.stringMatching(/^vus: is worked out/)]);
  });

  test.each<[string, string, RegExp]>([
    ["no options", "export default function () {}", /no `export const options/],
    ["options that are made", "export const options = make();", /k6 inspect/],
    ["TypeScript", "export const options: Options = {};", /not a JavaScript module/],
    ["broken JSON", "{ vus: 1 ", /not JSON/],
    ["an unknown executor", '{"scenarios":{"a":{"executor":"x"}}}', /no scenario that is known/],
  ])("is refused with %s", (_name, text, message) => {
    expect(() => importK6(text)).toThrow(message);
  });
});

describe("constants that name each other twice", () => {
  const script = (
    begin: string,
    each: (before: string) => string,
    body: string,
    options = "{}",
  ) => {
    const names = Array.from({ length: 200 }, (_, i) => `c${i}`);
    const lines = names.map((name, i) => `const ${name} = ${i === 0 ? begin : each(`c${i - 1}`)};`);
    return [
      'import http from "k6/http";',
      ...lines,
      `export const options = ${options};`,
      `export default function () { http.get("http://127.0.0.1:9092/"); ${body} }`,
    ].join("\n");
  };
  const send = (value: string) => `http.post("http://127.0.0.1:9092/p", ${value});`;

  test.each<[string, string]>([
    ["texts", script('"a"', (c) => `${c} + ${c}`, send("c199"))],
    ["templates", script('"a"', (c) => `\`\${${c}}\${${c}}\``, send("c199"))],
    ["numbers", script("1", (c) => `${c} + ${c}`, send("`${c199}`"))],
    ["lists", script("1", (c) => `[${c}, ${c}]`, send("JSON.stringify(c199)"))],
    ["objects", script("1", (c) => `{ a: ${c}, b: ${c} }`, send("JSON.stringify(c199)"))],
    ["what is not known", script("__ENV.X", (c) => `${c} + ${c}`, send("c199"))],
    [
      "long texts in lists",
      script(
        JSON.stringify("x".repeat(900_000)),
        () => "[c0, c0, c0]",
        send("JSON.stringify(c199)"),
      ),
    ],
  ])("%s: only what they are used for stays behind", (_name, text) => {
    const { scenario, left } = imported(text);
    expect(plainSteps(scenario.steps).map(({ name }) => name)).toEqual(["GET /"]);
    expect(left).toEqual([expect.stringMatching(/^line \d+: .*not carried over/)]);
  });

  test("in options the rest of them is carried over", () => {
    const text = script("1", (c) => `${c} + ${c}`, "", '{ vus: c199, tags: c199, duration: "7s" }');
    const { left } = importK6(text);
    expect(left.filter(({ message }) => /grows too large/.test(message))).toEqual([
      { where: "vus", message: expect.stringMatching(/could not be carried over/) as string },
      { where: "tags", message: expect.stringMatching(/could not be carried over/) as string },
    ]);
    expect(importK6(text).scenario).toMatchObject({ durationSeconds: 7 });
  });

  test("a few are worked out", () => {
    const text = script('"a"', (c) => `${c} + ${c}`, send("c10"));
    const [, posted] = plainSteps(imported(text).scenario.steps);
    expect(posted).toMatchObject({ body: "a".repeat(1024) });
  });
});

test("checks of the time that an answer took become checks of latency", () => {
  const checks = [
    "a: (r) => r.timings.duration < 500",
    "b: (r) => r.timings.duration <= LIMIT",
    "c: (r) => r.timings.waiting < 5",
    'd: (r) => r.timings.duration < "5"',
    "e: (r) => r.timings.duration > -1",
  ];
  const text = [
    'import http from "k6/http"; import { check } from "k6";',
    "const LIMIT = 0.5 * 3;",
    "export default () => { const r = http.get('http://127.0.0.1:9092/');",
    `check(r, { ${checks.join(", ")} }); }`,
  ].join("\n");
  const { scenario, left } = imported(text);
  expect(plainSteps(scenario.steps)[0]?.checks).toEqual([
    { name: "a", check: "latency < 500ms", failRequest: false },
    { name: "b", check: "latency <= 1.5ms", failRequest: false },
  ]);
  expect(left).toHaveLength(3);
});

test.each(["__ENV.BASE || ", "__ENV.BASE ?? ", '__ENV["A"] || __ENV.B || '])(
  "what stands in for a variable that is not set is taken: %s…",
  (variable) => {
    const text = [
      'import http from "k6/http";',
      `const BASE = ${variable}"http://127.0.0.1:9092";`,
      "export default () => { http.get(`${BASE}/a`); }",
    ].join("\n");
    const { scenario, left } = imported(text);
    expect(plainSteps(scenario.steps).map(({ url }) => url)).toEqual(["http://127.0.0.1:9092/a"]);
    expect(left).toEqual([]);
  },
);
