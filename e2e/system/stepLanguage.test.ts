import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunView } from "@onrush/shared/api/runView.ts";
import { startEmbedded, startTarget, type TestPlatform, type TestTarget } from "./platforms.ts";

const RATE = 200;
const SECONDS = 5;
const TOTAL = RATE * SECONDS;
const ROWS = 100;

interface Order {
  n: number;
  user: string;
  plan: string;
  id: string;
}

/** A shop that remembers every body; each fourth order is refused, each tenth login has no token. */
class Shop {
  readonly logins: Order[] = [];
  readonly orders: { path: string; key: string }[] = [];
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = this.#answer(request.url ?? "", Buffer.concat(chunks).toString(), {
        key: String(request.headers["x-key"]),
      });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answer));
    });
  });

  #answer(path: string, body: string, { key }: { key: string }): object {
    if (path !== "/login") {
      this.orders.push({ path, key });
      return { ok: true };
    }
    const login = JSON.parse(body) as Order;
    this.logins.push(login);
    const token = login.n % 10 === 0 ? {} : { token: `t/${login.n} ü` };
    return { ...token, ok: login.n % 4 !== 0 };
  }

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

const numbers = Array.from({ length: TOTAL }, (_, n) => n);
const checksOf = (run: RunView) =>
  Object.fromEntries(
    (run.summary?.checks ?? []).map(({ step, name, passed, failed }) => [
      `${step}: ${name}`,
      [passed, failed],
    ]),
  );

/** A machine that is busy with other things may drop some; then the counts are those of the rest. */
function expectAllStarted(run: RunView): void {
  expect(run.state).toBe("COMPLETED");
  expect(run.ledger.scheduled).toBe(TOTAL);
  expect(run.ledger.started).toBe(TOTAL);
}

describe("a templated run with data rows, checks and variables", () => {
  let platform: TestPlatform;
  let shop: Shop;
  let url: string;

  beforeAll(async () => {
    platform = await startEmbedded(2);
  });
  afterAll(() => platform?.stop());
  beforeEach(async () => {
    shop = new Shop();
    url = await shop.start();
    return () => shop.stop();
  });

  test.each(["raw", "undici"] as const)(
    "over %s sends exactly what is expected, and counts exactly what failed",
    { retry: 2 },
    async (transport) => {
      const { runId } = await platform.api.start({
        ...{ name: `shop over ${transport}`, transport, seed: 7, numWorkers: 2 },
        durationSeconds: SECONDS,
        loadProfile: { type: "CONSTANT", initialRps: RATE },
        data: {
          users: {
            generate: {
              count: ROWS,
              fields: {
                name: "user-{{row}}",
                plan: { weighted: { free: 50, pro: 30, enterprise: 20 } },
              },
            },
          },
          keys: {
            generate: { count: TOTAL, fields: { key: "key-{{row}}" } },
            pick: "unique",
          },
        },
        steps: [
          {
            ...{ name: "login", protocol: "http", method: "POST", url: `${url}/login` },
            body: {
              n: "{{iteration}}",
              user: "{{data.users.name}}",
              plan: "{{data.users.plan}}",
              id: "{{uuid}}",
            },
            checks: [
              "status == 200",
              "header(content-type) contains json",
              { name: "accepted", check: "json($.ok) == true" },
              { name: "even", check: 'body contains "2"', failRequest: false },
            ],
            extract: { token: "json($.token)" },
          },
          {
            ...{ name: "order", protocol: "http", url: `${url}/orders?token={{vars.token}}` },
            headers: { "x-key": "{{data.keys.key}}" },
            checks: ["json($.ok) == true"],
          },
        ],
      });
      const run = await platform.api.ended(runId);
      expectAllStarted(run);

      const logins = shop.logins.toSorted((a, b) => a.n - b.n);
      expect(logins.map(({ n, user }) => [n, user])).toEqual(
        numbers.map((n) => [n, `user-${n % ROWS}`]),
      );
      expect(new Set(logins.map(({ id }) => id)).size).toBe(TOTAL);
      const plans = Map.groupBy(logins, ({ plan }) => plan);
      expect(Object.fromEntries([...plans].map(([plan, all]) => [plan, all.length]))).toEqual({
        free: TOTAL * 0.5,
        pro: TOTAL * 0.3,
        enterprise: TOTAL * 0.2,
      });

      // An iteration without a token ends there; the others order with their own.
      const going = numbers.filter((n) => n % 10 !== 0);
      expect(shop.orders.map(({ path, key }) => `${path} ${key}`).sort()).toEqual(
        going.map((n) => `/orders?token=t%2F${n}%20%C3%BC key-${n}`).sort(),
      );

      const even = numbers.filter((n) => n % 10 !== 0 && String(n).includes("2")).length;
      expect(checksOf(run)).toEqual({
        "login: status == 200": [TOTAL, 0],
        "login: header(content-type) contains json": [TOTAL, 0],
        "login: accepted": [TOTAL * 0.75, TOTAL * 0.25],
        "login: even": [even, TOTAL - even],
        "order: json($.ok) == true": [going.length, 0],
      });
      const extractOnly = numbers.filter((n) => n % 10 === 0 && n % 4 !== 0).length;
      expect(run.summary?.errors).toEqual({ check: TOTAL * 0.25, extract: extractOnly });
      const [login, order] = run.summary?.steps ?? [];
      expect(login?.requests.failed).toBe(TOTAL * 0.25 + extractOnly);
      expect(login?.checks.length).toBe(4);
      expect(order?.requests).toMatchObject({ sent: going.length, failed: 0 });
      expect(run.verdict.reasons.filter((reason) => /counted/.test(reason))).toEqual([]);
    },
  );
});

describe("against the gateway", () => {
  let platform: TestPlatform;
  let gateway: TestTarget;

  beforeAll(async () => {
    [platform, gateway] = await Promise.all([startEmbedded(2), startTarget("sms-gateway")]);
  });
  afterAll(async () => {
    await platform?.stop();
    await gateway?.stop();
  });

  test("plans split exactly, and a check knows each", { retry: 2 }, async () => {
    const { runId } = await platform.api.start({
      ...{ name: "plans", numWorkers: 2, durationSeconds: SECONDS },
      ...{ targetUrl: `${gateway.url}/v1/sms/send`, method: "POST" },
      loadProfile: { type: "CONSTANT", initialRps: RATE },
      headers: {
        "X-Api-Key": "{{data.users.plan}}-key",
        "X-Auth-User-Id": "{{data.users.plan}}-{{iteration}}",
      },
      body: { to: "+14155550100", text: "Hello {{iteration}}" },
      data: {
        users: {
          generate: {
            count: TOTAL,
            fields: { plan: { weighted: { free: 50, pro: 30, enterprise: 20 } } },
          },
          pick: "unique",
        },
      },
      checks: [
        "status == 202",
        ...["low", "normal", "high"].map((name) => ({
          ...{ name, check: `json($.priority) == ${name}`, failRequest: false },
        })),
      ],
    });
    const run = await platform.api.ended(runId);
    expectAllStarted(run);
    expect(run.ledger.ok).toBe(TOTAL);
    expect(checksOf(run)).toEqual({
      "request: status == 202": [TOTAL, 0],
      "request: low": [TOTAL * 0.5, TOTAL * 0.5],
      "request: normal": [TOTAL * 0.3, TOTAL * 0.7],
      "request: high": [TOTAL * 0.2, TOTAL * 0.8],
    });
  });
});
