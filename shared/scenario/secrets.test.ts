import { describe, expect, test } from "vitest";
import { parseScenario } from "./parseScenario.ts";
import type { Scenario } from "./scenarioSchema.ts";
import { maskedPaths, restoreSecrets } from "./restoreSecrets.ts";
import { maskSecrets, secretTexts } from "./secrets.ts";

const short = {
  ...{ name: "n", targetUrl: "https://h/", method: "POST", durationSeconds: 10 },
  loadProfile: { type: "CONSTANT", initialRps: 10 },
};

function parsed(change: object): Scenario {
  const result = parseScenario({ ...short, ...change });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.scenario;
}

describe("shown as a mask", () => {
  test.each<[string, string, string]>([
    ["Authorization", "Bearer abc.def", "Bearer ***"],
    ["authorization", "Basic dTpw", "Basic ***"],
    ["Proxy-Authorization", "abc", "***"],
    ["Authorization", "{{vars.a}}{{vars.b}}", "{{vars.a}}{{vars.b}}"],
    ["Authorization", "Bearer {{vars.token}}", "Bearer {{vars.token}}"],
    ["Authorization", "Bearer {{ data.users.token }}", "Bearer {{ data.users.token }}"],
    ["Authorization", 'Bearer {{hmac "key" iteration}}', "Bearer ***"],
    ["Authorization", "Bearer x{{vars.token}}", "Bearer ***"],
    ["X-Api-Key", "k", "***"],
    ["X-API-KEY", "{{data.users.apiKey}}", "{{data.users.apiKey}}"],
    ["apikey", "k", "***"],
    ["X-Auth-Token", "k", "***"],
    ["Cookie", "session=1", "***"],
    ["X-Session-Id", "1", "***"],
    // No secrets, however they are called.
    ["Accept", "text/html", "text/html"],
    ["Idempotency-Key", "7", "7"],
    ["X-Auth-User-Id", "7", "7"],
  ])("%s: %s → %s", (name, value, masked) => {
    const document = {
      headers: { [name]: value },
      data: { users: { inline: [{ token: "t", apiKey: "k" }] } },
    };
    // Templates need steps that extract; only the mask is at issue here.
    const scenario = { ...short, ...document } as unknown as Scenario;
    expect(maskSecrets(scenario).headers).toEqual({ [name]: masked });
  });

  test("are headers and auth of all steps, however deep, and of workloads", () => {
    const step = (name: string) => ({
      ...{ name, protocol: "http", url: "https://h/", headers: { "X-Token": name } },
    });
    const scenario = parsed({
      ...{ targetUrl: undefined, method: undefined },
      auth: { basic: { user: "me", password: "hidden" } },
      steps: [step("hiddenA"), { ...step("hiddenB"), auth: { bearer: "hidden" } }],
    });
    const text = JSON.stringify(maskSecrets(scenario));
    expect(text).toContain('"basic":{"user":"me","password":"***"}');
    expect(text).toContain('"bearer":"***"');
    expect(text.match(/"X-Token":"\*\*\*"/g)).toHaveLength(2);
  });

  test("is what the scenario lists, without where a URL goes", () => {
    const scenario = parsed({
      targetUrl: "https://h:1/a?key=hidden",
      body: { user: { pin: "hidden", name: "me" } },
      secrets: ["targetUrl", "body.user.pin"],
    });
    expect(maskSecrets(scenario)).toMatchObject({
      ...{ targetUrl: "https://h:1/***", body: { user: { pin: "***", name: "me" } } },
    });
  });

  test("a listed secret that is nowhere is a problem: nothing would be hidden by it", () => {
    const result = parseScenario({ ...short, secrets: ["body.pin"] });
    expect(result).toMatchObject({
      ...{
        ok: false,
        problems: [{ path: "secrets[0]", message: 'there is no text at "body.pin"' }],
      },
    });
  });
});

test.each<[string, object, string]>([
  ["the name of a scenario", { name: "sekrit" }, "name"],
  ["a check without a name", { checks: ["body contains 'sekrit'"] }, "checks[0]"],
  ["a check's name", { checks: [{ name: "sekrit", check: "status == 200" }] }, "checks[0].name"],
  ["an SLA line", { checks: ["status == 200"], sla: ["rps > 1"] }, "sla[0]"],
  ["a long SLA line", { sla: [{ check: "rps > 1", name: "fast" }] }, "sla[0].check"],
  [
    "an outcome",
    { outcomes: [{ name: "sekrit", when: "status == 1", as: "ok" }] },
    "outcomes[0].name",
  ],
])("%s is no secret: results show it", (_what, change, path) => {
  const result = parseScenario({ ...short, ...change, secrets: [path] });
  expect(result).toMatchObject({ ok: false, problems: [{ path }] });
  expect(JSON.stringify(result)).toContain("results show it");
});

test("names of steps, groups and tags are no secrets either, what steps send may be", () => {
  const step = { name: "s", protocol: "http", url: "http://h/", tags: { team: "t" } };
  const check = { name: "has the token", check: "body contains 'sekrit'" };
  const body = { name: "n", group: "g", tags: { a: "b" }, checks: ["c"], sla: ["d"] };
  const steps = [{ group: "g", steps: [{ ...step, method: "POST", body, checks: [check] }] }];
  const inner = "steps[0].steps[0]";
  const refused = ["steps[0].group", `${inner}.name`, `${inner}.tags.team`];
  const fields = ["name", "group", "tags.a", "checks[0]", "sla[0]"];
  const taken = [...fields.map((field) => `${inner}.body.${field}`), `${inner}.checks[0].check`];
  const { targetUrl: _url, method: _method, ...rest } = short;
  const secrets = [...refused, ...taken];
  const result = parseScenario({ ...rest, steps, secrets });
  if (result.ok) return expect.unreachable();
  expect(result.problems.map(({ path }) => path)).toEqual(refused);
  expect(parseScenario({ ...rest, steps, secrets: taken }).ok).toBe(true);
});

describe("masks that come back", () => {
  const stored = parsed({
    ...{ headers: { Authorization: "Bearer one", "X-Api-Key": "two" }, body: "three" },
    secrets: ["body"],
  });

  test("stand for what was there", () => {
    expect(restoreSecrets(maskSecrets(stored), stored)).toEqual(stored);
  });

  test("do so in another step, where only one thing had that name", () => {
    const { headers, body, ...rest } = maskSecrets(stored);
    const step = { name: "a", protocol: "http", url: "https://h/", method: "POST", headers, body };
    const moved = { ...rest, steps: [step] } as unknown as Scenario;
    expect(restoreSecrets(moved, stored)).toMatchObject({
      steps: [{ headers: { Authorization: "Bearer one", "X-Api-Key": "two" }, body: "three" }],
    });
  });

  test("do not where it is not certain what they stand for", () => {
    const two = parsed({
      ...{ targetUrl: undefined, method: undefined },
      steps: ["one", "two"].map((name) => ({
        ...{ name, protocol: "http", url: "https://h/", headers: { "X-Token": name } },
      })),
    });
    const masked = maskSecrets(two);
    const swapped = { ...masked, steps: [...(masked.steps ?? []), ...(masked.steps ?? [])] };
    const restored = restoreSecrets(swapped, two);
    expect(maskedPaths(restored)).toEqual(["steps[2].headers.X-Token", "steps[3].headers.X-Token"]);
  });

  test("without anything before them are told", () => {
    expect(maskedPaths(maskSecrets(stored))).toEqual([
      ...["headers.Authorization", "headers.X-Api-Key", "body"],
    ]);
    expect(maskedPaths(stored)).toEqual([]);
    expect(maskedPaths(parsed({ body: "*** is a text" }))).toEqual([]);
  });

  test("stand for it without its being listed, and it stays listed", () => {
    for (const secrets of [[], undefined]) {
      const restored = restoreSecrets({ ...maskSecrets(stored), secrets }, stored);
      expect(restored).toEqual(stored);
      expect(maskSecrets(restored).body).toBe("***");
    }
  });

  test("stand for nothing where what they hide would be shown", () => {
    const body = { Authorization: "Bearer ***", bearer: "***", proxy: "***" };
    const asked = { ...maskSecrets(stored), body, secrets: [] };
    const restored = restoreSecrets(asked, stored);
    expect(restored.body).toEqual(body);
    const paths = ["body.Authorization", "body.bearer", "body.proxy"];
    expect(maskedPaths(restored, stored)).toEqual(paths);
    const data = { users: { inline: [{ Authorization: "Bearer ***" }], pick: "sequential" } };
    const inData = restoreSecrets({ ...maskSecrets(stored), data } as Scenario, stored);
    expect(inData.data).toEqual(data);
  });

  test.each<[string, Partial<Scenario>]>([
    ["another host", { targetUrl: "https://elsewhere/" }],
    ["another port", { targetUrl: "https://h:8443/" }],
    ["no encryption", { targetUrl: "http://h/" }],
    ["a proxy between", { http: { proxy: "http://elsewhere:3128" } } as Partial<Scenario>],
  ])("stand for nothing with %s", (_name, change) => {
    const asked = { ...maskSecrets(stored), ...change };
    const restored = restoreSecrets(asked, stored);
    expect(restored).toEqual(asked);
    expect(maskedPaths(restored, stored)).toHaveLength(3);
    const listedNoMore = { ...asked, secrets: [] };
    expect(maskedPaths(restoreSecrets(listedNoMore, stored), stored)).toContain("body");
  });

  test("stand for what was there with another path of the same host", () => {
    const asked = { ...maskSecrets(stored), targetUrl: "https://h/other?a=b" };
    expect(restoreSecrets(asked, stored).body).toBe("three");
  });

  test("of a step stand for nothing when its URL is another step's", () => {
    const step = (name: string, url: string) => ({ name, protocol: "http", url });
    const headers = { "X-Token": "one" };
    const both = parsed({
      ...{ targetUrl: undefined, method: undefined },
      steps: [{ ...step("a", "https://a/"), headers }, step("b", "https://b/")],
    });
    const masked = maskSecrets(both);
    const [a, b] = masked.steps ?? [];
    const asked = { ...masked, steps: [{ ...a, url: "https://b/" }, b] } as Scenario;
    expect(maskedPaths(restoreSecrets(asked, both), both)).toEqual(["steps[0].headers.X-Token"]);
  });

  test.each(["setup", "teardown"])("stand for nothing with a step of %s elsewhere", (when) => {
    const own = parsed({ auth: { bearer: "one" } });
    const step = { name: "s", protocol: "http", url: "https://elsewhere/" };
    const asked = { ...maskSecrets(own), [when]: [step] };
    expect(maskedPaths(restoreSecrets(asked, own), own)).toEqual(["auth.bearer"]);
    const there = { ...asked, [when]: [{ ...step, url: "https://h/login" }] };
    expect(restoreSecrets(there, own).auth).toEqual({ bearer: "one" });
    const named = parseScenario({ ...short, [when]: [step], secrets: [`${when}[0].name`] });
    expect(named).toMatchObject({ ok: false, problems: [{ path: `${when}[0].name` }] });
  });

  test("stand for nothing in a name", () => {
    const named = parsed({ method: "POST", body: { name: "one" }, secrets: ["body.name"] });
    const asked = { ...maskSecrets(named), name: "***" };
    const restored = restoreSecrets(asked, named);
    expect([restored.name, maskedPaths(restored, named)]).toEqual(["***", ["name"]]);
  });

  test("and were no mask before are texts", () => {
    const text = parsed({ headers: { "X-Api-Key": "two" }, body: { text: "***" } });
    const back = restoreSecrets(maskSecrets(text), text);
    expect([back, maskedPaths(back, text)]).toEqual([text, []]);
  });
});

test("the texts of secrets are what is behind a scheme, an origin or a user", () => {
  const scenario = parsed({
    headers: { Authorization: "Bearer abc", "X-Api-Key": "{{uuid}}", "X-Other": "o" },
    auth: undefined,
    targetUrl: "https://h/hook/s-1",
    http: { proxy: "http://me:p%40ss@proxy:3128" },
    secrets: ["targetUrl"],
  });
  expect(secretTexts(scenario).sort()).toEqual(["abc", "hook/s-1", "p%40ss", "p@ss", "{{uuid}}"]);
});
