import { describe, expect, test } from "vitest";
import { parseScenario } from "./parseScenario.ts";
import type { Scenario } from "./scenarioSchema.ts";
import { maskedPaths, restoreSecrets } from "./restoreSecrets.ts";
import { maskSecrets } from "./secrets.ts";
import { scenarioWorkloads } from "./workloads.ts";

const profile = { type: "CONSTANT", initialRps: 10 };
const short = { name: "n", targetUrl: "https://h/", durationSeconds: 10, loadProfile: profile };
const step = { name: "a", protocol: "http", url: "https://h/" };
const workload = { name: "w", loadProfile: profile, steps: [step] };

function problemsOf(document: object): [string, string][] {
  const parsed = parseScenario(document);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => [path, message]);
}
function parsed(document: object): Scenario {
  const result = parseScenario(document);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.scenario;
}

describe("http in a scenario", () => {
  test("is plain HTTP/1.1 when it says nothing", () => {
    const plain = { version: "1.1", proxy: null, maxRedirects: 0 };
    expect(scenarioWorkloads(parsed(short))[0]?.http).toEqual(plain);
    expect(scenarioWorkloads(parsed({ ...short, http: {} }))[0]?.http).toEqual(plain);
  });

  test("is inherited by workloads as a whole", () => {
    const http = { version: "2", maxRedirects: 3 };
    const own = { ...workload, name: "own", http: { proxy: "http://p:3128" } };
    const document = { name: "n", durationSeconds: 10, http, workloads: [workload, own] };
    expect(scenarioWorkloads(parsed(document)).map((one) => one.http)).toEqual([
      { version: "2", proxy: null, maxRedirects: 3 },
      { version: "1.1", proxy: "http://p:3128", maxRedirects: 0 },
    ]);
  });

  test.each([
    "http://proxy",
    "http://proxy:3128",
    "http://127.0.0.1:3128/",
    "http://[::1]:3128",
    "http://user:pass@proxy:3128",
    "http://token@proxy",
    "http://u:%40%3A@proxy",
  ])("takes the proxy %s", (proxy) => {
    expect(problemsOf({ ...short, http: { proxy } })).toEqual([]);
  });

  test.each([
    "proxy:3128",
    "https://proxy:3128",
    "socks5://proxy",
    "http://proxy/path",
    "http://proxy?x",
    "http://proxy:99999",
    "http://u:%0d%0a@proxy",
    "http://u:%ff@proxy",
    "http://a b@pro xy",
  ])("refuses the proxy %s, without telling what it was", (proxy) => {
    const [[path, message] = []] = problemsOf({ ...short, http: { proxy } });
    expect(path).toBe("http.proxy");
    expect(message).toMatch(/^must be http:\/\/host:port/);
    expect(message).not.toContain(proxy);
  });

  test.each<[object, string]>([
    [{ version: "3" }, "http.version"],
    [{ version: 2 }, "http.version"],
    [{ maxRedirects: -1 }, "http.maxRedirects"],
    [{ maxRedirects: 21 }, "http.maxRedirects"],
    [{ proxi: "http://p" }, "http.proxi"],
  ])("refuses %j", (http, path) => {
    expect(problemsOf({ ...short, http }).map(([at]) => at)).toEqual([path]);
  });

  test.each<[object, string[]]>([
    [{ version: "2" }, ["http.version"]],
    [{ proxy: "http://p" }, ["http.proxy"]],
    [{ maxRedirects: 1 }, ["http.maxRedirects"]],
    [{ version: "1.1", maxRedirects: 0 }, []],
  ])("with the raw transport refuses %j", (http, paths) => {
    const problems = problemsOf({ ...short, transport: "raw", http });
    expect(problems.map(([path]) => path)).toEqual(paths);
    for (const [, message] of problems) expect(message).toContain("the raw transport");
    const workloads = [{ ...workload, http }];
    const inside = problemsOf({ name: "n", durationSeconds: 10, transport: "raw", workloads });
    expect(inside.map(([path]) => path)).toEqual(paths.map((path) => `workloads[0].${path}`));
  });

  test("HTTP/2 is refused for http:// URLs, wherever they stand", () => {
    const http = { version: "2" };
    const clear = { ...step, url: "HTTP://h/" };
    expect(problemsOf({ ...short, targetUrl: "http://h/", http })[0]?.[0]).toBe("targetUrl");
    const { targetUrl: _targetUrl, ...rest } = short;
    const steps = [step, { ...clear, name: "b" }];
    expect(problemsOf({ ...rest, steps, http })[0]?.[0]).toBe("steps[1].url");
    const workloads = [{ ...workload, steps: [clear] }];
    const document = { name: "n", durationSeconds: 10, workloads };
    expect(problemsOf({ ...document, http })).toMatchObject([
      ["workloads[0].steps[0].url", expect.stringContaining("TLS only")],
    ]);
    // A workload that asks for 1.1 itself is not concerned.
    expect(problemsOf({ ...document, http, workloads: [{ ...workloads[0], http: {} }] })).toEqual(
      [],
    );
  });
});

describe("credentials of a proxy", () => {
  const withProxies = (own: string, inner: string) =>
    parsed({
      ...{ name: "n", durationSeconds: 10, http: { proxy: own } },
      workloads: [
        { ...workload, http: { proxy: inner } },
        { ...workload, name: "x" },
      ],
    });
  const proxies = (scenario: Scenario) => [
    scenario.http?.proxy,
    scenario.workloads?.[0]?.http?.proxy,
  ];

  test.each([
    ["http://u:secret@p:3128", "http://u:***@p:3128"],
    ["http://u:s:@cr%40et@p/", "http://u:***@p"],
    ["http://token@p:1", "http://***@p:1"],
    ["http://p:3128", "http://p:3128"],
  ])("%s is shown as %s", (proxy, shown) => {
    const masked = maskSecrets(withProxies(proxy, proxy));
    expect(proxies(masked)).toEqual([shown, shown]);
    expect(JSON.stringify(masked)).not.toMatch(/secret|cr%40et|token/);
  });

  test("come back with a mask that comes back", () => {
    const stored = withProxies("http://u:one@p:1", "http://u:two@p:1");
    expect(restoreSecrets(maskSecrets(stored), stored)).toEqual(stored);
  });

  test("do not follow a mask to another proxy or user", () => {
    const stored = withProxies("http://u:one@p:1", "http://p:2");
    const moved = withProxies("http://u:***@evil:1", "http://v:***@p:1");
    const restored = restoreSecrets(moved, stored);
    expect(restored).toEqual(moved);
    expect(maskedPaths(restored).sort()).toEqual(["http.proxy", "workloads[0].http.proxy"]);
  });

  test("that are there are no mask", () => {
    expect(maskedPaths(withProxies("http://u:one@p:1", "http://p"))).toEqual([]);
  });
});
