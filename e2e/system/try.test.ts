import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Trial, TrialStep } from "@onrush/shared/trial/trialEvents.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { startTarget, type TestTarget } from "./platforms.ts";

interface Received {
  method: string;
  path: string;
  headers: [string, string][];
  body: string;
}

/** Remembers what it got, and says it back; /login brings a token, /old leads to /new. */
class Echo {
  readonly received: Received[] = [];
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", rawHeaders: raw } = request;
      const headers = raw.flatMap((name, i): [string, string][] =>
        i % 2 === 0 ? [[name, raw[i + 1] ?? ""]] : [],
      );
      const received = { method, path, headers, body: Buffer.concat(chunks).toString() };
      this.received.push(received);
      if (path === "/old") {
        response.writeHead(302, { location: "/new" }).end();
        return;
      }
      response.setHeader("set-cookie", "sid=session-0123; Path=/");
      response.end(JSON.stringify(path === "/login" ? { token: "t-for-me", id: 5 } : received));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const echo = new Echo();
let url: string;
let folder: string;
let target: TestTarget;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
  [url, target] = await Promise.all([echo.start(), startTarget("known")]);
});
beforeEach(() => void echo.received.splice(0));
afterAll(async () => {
  echo.stop();
  await target?.stop();
  await rm(folder, { recursive: true, force: true });
});

const base = {
  ...{ name: "tried", durationSeconds: 5, seed: 7 },
  loadProfile: { type: "CONSTANT", initialRps: 500 },
};

async function tryOut(scenario: object, ...args: string[]) {
  const file = join(folder, "scenario.json");
  await writeFile(file, JSON.stringify({ ...base, ...scenario }));
  const process = new OnrushProcess(["try", file, ...args], { ONRUSH_DATA: folder });
  const code = await process.exited;
  return { code, output: process.output };
}

async function tryJson(scenario: object) {
  const { code, output } = await tryOut(scenario, "--json");
  const { ok, workloads } = JSON.parse(output) as { ok: boolean; workloads: Trial[] };
  const steps = workloads.flatMap(({ events }) =>
    events.filter((event): event is TrialStep => event.type === "step"),
  );
  return { code, ok, workloads, steps };
}

const step = (name: string, path: string, more: object = {}) => ({
  ...{ name, protocol: "http", method: "GET", url: `${url}${path}` },
  ...more,
});

const templated = {
  ...{ method: "POST", headers: { "x-iteration": "{{iteration}}" } },
  body: {
    id: "{{uuid}}",
    n: "{{randomInt 1 1000}}",
    text: "größe 👍",
    user: "{{data.users.name}}",
  },
};

describe("what is shown is what was sent and what is run", () => {
  test.each(["raw", "undici"])(
    "by transport %s: method, path, headers and body",
    async (transport) => {
      const { code, steps } = await tryJson({
        transport,
        data: { users: { inline: [{ name: "ann" }, { name: "bob" }] } },
        steps: [step("first", "/a?u={{data.users.name}}", templated), step("second", "/b")],
      });
      expect(code).toBe(0);
      const shown = steps.flatMap(({ hops }) =>
        hops.map(({ method, url: to, sent }) => ({
          ...{ method, path: to.slice(url.length), headers: sent?.headers },
          body: sent?.body.text,
        })),
      );
      expect(echo.received).toHaveLength(2);
      expect(shown).toEqual(echo.received);
      expect(echo.received[0]?.path).toBe("/a?u=ann");
      expect(steps[0]?.hops[0]?.answer?.body.text).toBe(JSON.stringify(echo.received[0]));
    },
  );

  test("redirects, branches and pauses, which are not waited for", async () => {
    const { code, output } = await tryOut({
      http: { maxRedirects: 2 },
      thinkTimeSeconds: 3_000,
      steps: [
        step("one", "/old"),
        { group: "shop", steps: [{ choose: [{ weight: 1, steps: [step("two", "/x")] }] }] },
      ],
    });
    expect(code).toBe(0);
    expect(echo.received.map(({ path }) => path)).toEqual(["/old", "/new", "/x"]);
    const lines = output.split("\n").filter((line) => /^ {2}\S/.test(line));
    expect(lines.map((line) => line.trim())).toEqual([
      "step one: ok",
      "pause of 3000.00 s, not waited for",
      "group shop begins",
      "choose: branch 1 of 1 (100 %)",
      "step two: ok",
      "group shop ends",
      "iteration: ok",
    ]);
    expect(output).toContain(`> GET ${url}/new (redirect)`);
  });
});

test("a failing check is shown with what was found, and the exit code is 1", async () => {
  const checks = ["status == 200", "json($.id) == 6"];
  const { code, output } = await tryOut({
    steps: [step("login", "/login", { checks, extract: { id: "json($.id)" } })],
  });
  expect(code).toBe(1);
  expect(output).toContain('check passed  status == 200  found "200"');
  expect(output).toContain('check FAILED  json($.id) == 6  found "5"');
  expect(output).toContain('variable id = "5"');
  expect(output).toMatch(/main: FAILED: login: json\(\$\.id\) == 6 \(found 5\)\n$/);
});

test("of secrets nothing is printed, however they come along", async () => {
  const scenario = {
    cookies: true,
    data: { users: { inline: [{ pin: "pin-4711" }] } },
    secrets: ["steps[0].body.pin", "steps[0].body.word"],
    steps: [
      step("login", "/login", {
        method: "POST",
        body: { pin: "{{data.users.pin}}", word: "wörd/1" },
        auth: { basic: { user: "me", password: "pass-1" } },
        extract: { token: "json($.token)" },
      }),
      step("use", "/use?t={{vars.token}}&w=w%C3%B6rd%2F1", {
        auth: { bearer: "{{vars.token}}" },
        headers: { "x-api-key": "key-9", "x-note": "pin-4711" },
        checks: ["body contains key-9"],
      }),
    ],
  };
  const [text, json] = [await tryOut(scenario), await tryOut(scenario, "--json")];
  expect([text.code, json.code]).toEqual([0, 0]);
  expect(echo.received[1]?.headers).toContainEqual(["authorization", "Bearer t-for-me"]);
  for (const { output } of [text, json]) {
    expect(output).not.toMatch(/pin-4711|pass-1|t-for-me|session-0123|key-9/);
    expect(output).not.toMatch(/wörd|w%C3%B6rd|bWU6cGFzcy0x/);
  }
});

test("each workload is tried, or the one that is named", async () => {
  const workload = (name: string, path: string) => ({
    ...{ name, durationSeconds: 1, loadProfile: { type: "VUS", vus: 3 } },
    steps: [{ name: "s", protocol: "http", method: "GET", url: `${target.url}${path}` }],
  });
  const scenario = {
    ...{ durationSeconds: undefined, loadProfile: undefined },
    workloads: [workload("a", "/a"), workload("b", "/b")],
  };
  const received = async () => {
    const stats = (await (await fetch(`${target.url}/__stats`)).json()) as { received: number };
    return stats.received;
  };
  const both = await tryOut(scenario);
  expect(both.output).toMatch(/\na: ok\nb: ok\n$/);
  expect(await received()).toBe(2);
  expect((await tryOut(scenario, "--workload", "b")).output).toMatch(/^workload b\n[^]*\nb: ok\n$/);
  expect(await received()).toBe(3);
  const wrong = await tryOut(scenario, "--workload", "bb");
  expect([wrong.code, await received()]).toEqual([2, 3]);
});

describe("what is done once per run", () => {
  const login = (more: object = {}) =>
    step("login", "/login", { method: "POST", extract: { token: "json($.token)" }, ...more });
  const bearer = { auth: { bearer: "{{vars.token}}" } };
  const logout = () => step("logout", "/logout", { method: "DELETE", ...bearer });
  const workload = (name: string, more: object = {}) => ({
    ...{ name, durationSeconds: 1, loadProfile: { type: "VUS", vus: 3 } },
    steps: [step(name, `/${name}?t={{vars.token}}`, { ...bearer, ...more })],
  });
  const scenario = (a: object = {}, setup: object = {}) => ({
    ...{ durationSeconds: undefined, loadProfile: undefined },
    ...{
      setup: [login(setup)],
      workloads: [workload("a", a), workload("b")],
      teardown: [logout()],
    },
  });
  const requests = () =>
    echo.received.map(({ method, path, headers }) => {
      const credentials = headers.find(([name]) => name.toLowerCase() === "authorization");
      return `${method} ${path} ${credentials?.[1] ?? "-"}`;
    });
  const all = [
    "POST /login -",
    "GET /a?t=t-for-me Bearer t-for-me",
    "GET /b?t=t-for-me Bearer t-for-me",
    "DELETE /logout Bearer t-for-me",
  ];

  test("setup comes first, teardown last, and what setup extracts is known to all", async () => {
    const { code, output } = await tryOut(scenario());
    expect([code, requests()]).toEqual([0, all]);
    expect(output).toMatch(
      /^setup\n {2}step login: ok\n[^]*\nworkload a\n[^]*\nworkload b\n[^]*\nteardown\n {2}step logout: ok\n/,
    );
    expect(output).toMatch(/\nsetup: ok\na: ok\nb: ok\nteardown: ok\n$/);
    // The target says it back to those that were given it.
    expect(output).not.toContain("t-for-me");
  });

  test("a secret of setup is one in the others, whatever they call it", async () => {
    const extract = { token: "json($.token)", sid: "cookie(sid)" };
    const { setup, workloads } = scenario({ headers: { "x-note": "{{vars.sid}}" } }, { extract });
    const { code, output } = await tryOut({ ...scenario(), setup, workloads });
    expect(code).toBe(0);
    expect(echo.received[1]?.headers).toContainEqual(["x-note", "session-0123"]);
    expect(output).not.toContain("session-0123");
  });

  test("of workloads one alone has both, too", async () => {
    const { code } = await tryOut(scenario(), "--workload", "b");
    expect([code, requests()]).toEqual([0, [all[0], all[2], all[3]]]);
  });

  test("what failed is torn down nevertheless", async () => {
    const { code, output } = await tryOut(scenario({ checks: ["status == 404"] }));
    expect([code, requests()]).toEqual([1, all]);
    expect(output).toMatch(/\na: FAILED: a: status == 404 \(found 200\)\nb: ok\nteardown: ok\n$/);
  });

  test("nothing follows a setup that fails, as in a run", async () => {
    const failing = { checks: ["status == 404"] };
    const { code, output } = await tryOut(scenario({}, failing));
    expect([code, requests()]).toEqual([1, [all[0]]]);
    expect(output).toMatch(
      /\nsetup: FAILED: login: status == 404 \(found 200\)\nnothing else was tried: [^\n]+\n$/,
    );
  });

  test("a setup that may fail is followed by the rest, and the exit code is 1", async () => {
    const setup = [step("old", "/x", { onError: "continue", checks: ["status == 404"] }), login()];
    const { code } = await tryOut({ ...scenario(), setup });
    expect([code, requests()]).toEqual([1, ["GET /x -", ...all]]);
  });

  test("a teardown that fails is told, and the exit code is 1", async () => {
    const { code, output } = await tryOut({
      ...scenario(),
      teardown: [{ ...logout(), checks: ["status == 404"] }],
    });
    expect(code).toBe(1);
    expect(output).toMatch(/\nteardown: FAILED: logout: status == 404 \(found 200\)\n$/);
  });

  test("as JSON both stand beside the workloads", async () => {
    const { code, output } = await tryOut(scenario(), "--json");
    const { ok, setup, workloads, teardown } = JSON.parse(output) as Record<string, unknown>;
    expect([code, ok]).toEqual([0, true]);
    const part = { ok: true, reasons: [], events: expect.any(Array) as unknown };
    expect([setup, teardown]).toEqual([part, part]);
    expect(workloads).toEqual([
      { workload: "a", ...part },
      { workload: "b", ...part },
    ]);
  });

  test("an interrupted trial is torn down, and exits with 130", async () => {
    const file = join(folder, "scenario.json");
    const waiting = { ...base, ...scenario(), thinkTimeSeconds: 600 };
    await writeFile(file, JSON.stringify(waiting));
    const trying = new OnrushProcess(["try", file, "--pauses"], { ONRUSH_DATA: folder });
    await expect.poll(requests, { timeout: 20_000 }).toHaveLength(2);
    expect(await trying.end()).toBe(130);
    expect(requests()).toEqual([all[0], all[1], all[3]]);
  });
});
