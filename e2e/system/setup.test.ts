import { createServer, type Server } from "node:http";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { listOf, workerViewSchema } from "@onrush/shared/api/scenarioApi.ts";
import type { ScenarioInput } from "@onrush/shared/scenario/scenarioSchema.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { engines, type TestPlatform } from "./platforms.ts";
import { expectAllSent, expectAllStarted, reasonsBesidesTheMachine } from "./standstills.ts";

const RATE = 100;
const SECONDS = 2;
const TOTAL = RATE * SECONDS;

interface Seen {
  path: string;
  token: string;
}

/** A shop that remembers every request, in their order; each login has a token of its own. */
class Shop {
  seen: Seen[] = [];
  refuses = "";
  /** The first request for it is never answered. */
  holds = "";
  url = "";
  readonly #server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    this.seen.push({ path, token: String(request.headers.authorization) });
    request.resume();
    const isFirst = this.seen.filter((one) => one.path === path).length === 1;
    if (path === this.holds && isFirst) return;
    response.statusCode = path === this.refuses ? 403 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ token: `token-${this.seen.length}` }));
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (typeof address === "object") this.url = `http://127.0.0.1:${address?.port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe.each(engines)("what a run does once, %s", (_engine, start) => {
  let platform: TestPlatform;
  const shop = new Shop();

  beforeAll(async () => {
    [platform] = await Promise.all([start(2), shop.start()]);
  });
  afterAll(async () => {
    await platform?.stop();
    shop.stop();
  });
  beforeEach(() => {
    shop.seen = [];
    shop.refuses = "";
    shop.holds = "";
  });

  const step = (name: string, method: "GET" | "POST" | "DELETE" = "GET") => ({
    ...{ name, protocol: "http" as const, method, url: `${shop.url}/${name}` },
  });
  const bearer = { auth: { bearer: "{{vars.token}}" } };
  const scenario = (change: Partial<ScenarioInput> = {}): ScenarioInput => ({
    ...{ name: "once", numWorkers: 2, durationSeconds: SECONDS },
    loadProfile: { type: "CONSTANT", initialRps: RATE },
    setup: [{ ...step("login", "POST"), extract: { token: "json($.token)" } }],
    steps: [{ ...step("item"), ...bearer }],
    teardown: [{ ...step("logout", "DELETE"), ...bearer }],
    ...change,
  });
  const paths = () => shop.seen.map(({ path }) => path);
  const loadOf = ({ ledger }: RunView) => Array.from({ length: ledger.started }, () => "/item");

  test("one login before the load, its token in every request, one logout after it", async () => {
    const { runId } = await platform.api.start(scenario());
    const run = await platform.api.ended(runId);
    expect(run.state).toBe("COMPLETED");
    // How late a busy machine is, is another matter.
    expect(reasonsBesidesTheMachine(run)).toEqual([]);
    expectAllSent(run, TOTAL, shop.seen.length - 2);
    expect(run.ledger.ok).toBe(run.ledger.started);
    expect(new Set(run.shares.map(({ workerId }) => workerId)).size).toBe(2);
    expect(paths()).toEqual(["/login", ...loadOf(run), "/logout"]);
    expect(new Set(shop.seen.slice(1).map(({ token }) => token))).toEqual(
      new Set(["Bearer token-1"]),
    );
    expect(run.setup).toMatchObject({ state: "ok", requests: 1, steps: [{ name: "login" }] });
    expect(run.teardown).toMatchObject({ state: "ok", requests: 1, steps: [{ status: 200 }] });
    expect(JSON.stringify(run)).not.toContain("token-1");
  });

  test("a setup that fails fails the run by name, and nothing of the load is sent", async () => {
    shop.refuses = "/login";
    const { runId } = await platform.api.start(scenario());
    const run = await platform.api.ended(runId);
    expect(run.state).toBe("FAILED");
    expect(run.verdict.reasons).toEqual(['setup failed: step "login": status 403']);
    expect(run.setup).toMatchObject({ state: "failed", requests: 1 });
    expect(run.teardown).toBeNull();
    expect(paths()).toEqual(["/login"]);
  });

  test("a run that is stopped is torn down, and a teardown that fails does not fail it", async () => {
    shop.refuses = "/logout";
    const { runId } = await platform.api.start(scenario({ durationSeconds: 60 }));
    await platform.api.until(runId, () => shop.seen.length > 10);
    await platform.api.call("POST", `/api/v1/runs/${runId}/stop`);
    const run = await platform.api.ended(runId);
    expect(run.state).toBe("STOPPED");
    expect(run.teardown).toMatchObject({ state: "failed", reason: 'step "logout": status 403' });
    expect(paths().filter((path) => path === "/logout")).toHaveLength(1);
    expect(paths().at(-1)).toBe("/logout");
    expect(run.summary?.requests.sent).toBe(shop.seen.length - 2);
  });

  // The last one: a worker is gone after it.
  test("a setup whose worker dies is done anew by another one", async () => {
    shop.holds = "/login";
    const { runId } = await platform.api.start(scenario());
    const placed = await platform.api.until(
      runId,
      (run) => shop.seen.length === 1 && run.setup !== null,
    );
    expect(placed).toMatchObject({ state: "PREPARING", setup: { state: "running" } });
    const listed = listOf(workerViewSchema).parse(
      await platform.api.call("GET", "/api/v1/workers"),
    );
    const { workerId } = placed.shares[0] ?? {};
    const pid = listed.items.find(({ id }) => id === workerId)?.pid;
    if (pid === undefined) throw new Error(`${workerId} is not listed`);
    process.kill(pid, "SIGKILL");
    const run = await platform.api.ended(runId);
    expect(run.state).toBe("COMPLETED");
    expectAllStarted(run, TOTAL);
    expect(paths()).toEqual(["/login", "/login", ...loadOf(run), "/logout"]);
    expect(new Set(shop.seen.slice(2).map(({ token }) => token))).toEqual(
      new Set(["Bearer token-2"]),
    );
    expect(run.setup).toMatchObject({ state: "ok", requests: 1 });
    expect(run.events.map(({ text }) => text).join("\n")).toContain("does setup anew");
  });
});
