import { describe, expect, test } from "vitest";
import { openSocket } from "../testClient.ts";
import {
  balanceOf,
  defaults,
  expectProblem,
  headersOf,
  message,
  post,
  rawPost,
  start,
  statsOf,
} from "./gatewayTestClient.ts";

describe("POST /v1/sms/send", () => {
  test.each([
    ["free", "low"],
    ["pro", "normal"],
    ["enterprise", "high"],
  ])("a %s message is queued with %s priority", async (plan, priority) => {
    const { url } = await start();
    const response = await post(url, message, headersOf(plan, `${plan}-12`));
    expect(response.status).toBe(202);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      status: "queued",
      priority,
    });
  });

  test("every message has an id of its own", async () => {
    const { url } = await start();
    const sent = Array.from({ length: 300 }, async () => (await post(url)).json());
    const ids = (await Promise.all(sent)).map(
      (answer) => (answer as { messageId: string }).messageId,
    );
    expect(new Set(ids).size).toBe(300);
  });

  test.each<[string, Record<string, string>]>([
    ["no headers", {}],
    ["no user", { "X-Api-Key": "pro-key" }],
    ["no key", { "X-Auth-User-Id": "1" }],
    ["an unknown key", { "X-Api-Key": "gold-key", "X-Auth-User-Id": "1" }],
    ["a user of another plan", headersOf("pro", "free-1")],
    ["a user that is no number", headersOf("pro", "bob")],
  ])("%s: 401, and nothing else", async (_claim, headers) => {
    const { url } = await start({ errorRate: 1 });
    await expectProblem(await post(url, "not even JSON", headers), 401);
    await expectProblem(await fetch(`${url}/v1/sms/balance`, { headers }), 401);
    expect(await statsOf(url)).toMatchObject({ received: 2, unauthorized: 2, invalid: 0 });
  });

  test.each<[string, string | Uint8Array<ArrayBuffer> | null]>([
    ["no body", null],
    ["no JSON", "{oops"],
    ["no object", "[]"],
    ["no phone number", '{"to":"bob","text":"Hi"}'],
    ["no text", '{"to":"+989121234567"}'],
    ["an empty text", '{"to":"+989121234567","text":""}'],
    ["a long text", JSON.stringify({ to: "+989121234567", text: "x".repeat(1_601) })],
    ["broken bytes", new Uint8Array([0xc3, 0x28, 0, 0xff])],
  ])("%s: 400, and the message costs nothing", async (_claim, body) => {
    const { url } = await start({ errorRate: 1 });
    await expectProblem(await post(url, body), 400);
    expect(await balanceOf(url, "pro")).toMatchObject({ balance: 10_000 });
    expect(await statsOf(url)).toMatchObject({ received: 2, invalid: 1, accepted: 0, failed: 0 });
  });

  test.each([
    [65_536, 202],
    [65_537, 413],
    [5_000_000, 413],
  ])("a body of %d bytes is answered %d, whole or in chunks", async (bytes, status) => {
    const { url } = await start();
    const body = message.padEnd(bytes);
    expect((await post(url, body)).status).toBe(status);
    const chunked = { method: "POST", body: new Blob([body]).stream(), duplex: "half" } as const;
    const headers = headersOf("pro");
    expect((await fetch(`${url}/v1/sms/send`, { ...chunked, headers })).status).toBe(status);
    const counts = status === 202 ? { accepted: 2, invalid: 0 } : { accepted: 0, invalid: 2 };
    expect(await statsOf(url)).toMatchObject({ received: 2, ...counts });
  });

  test("a body that arrives byte by byte is the same message", async () => {
    const { url, port } = await start();
    const socket = await openSocket(port);
    socket.setNoDelay(true);
    const answered = new Promise((resolve) => socket.once("data", (data) => resolve(String(data))));
    for (const byte of rawPost(message)) {
      await new Promise((resolve) => socket.write(byte, resolve));
    }
    expect(await answered).toContain("HTTP/1.1 202 Accepted");
    expect(await statsOf(url)).toMatchObject({ received: 1, accepted: 1 });
  });
});

describe("balances", () => {
  test("each message costs 1 until 402, and each user pays for itself", async () => {
    const { url } = await start({ balances: { free: 2, pro: 0, enterprise: 5 } });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      statuses.push((await post(url, message, headersOf("free", "7"))).status);
    }
    expect(statuses).toEqual([202, 202, 402, 402]);
    await expectProblem(await post(url, message, headersOf("pro")), 402);
    expect((await post(url, message, headersOf("free", "8"))).status).toBe(202);
    expect(await balanceOf(url, "free", "7")).toEqual({
      userId: "free-7",
      plan: "free",
      balance: 0,
    });
    expect(await balanceOf(url, "free", "free-8")).toMatchObject({ balance: 1 });
    expect(await balanceOf(url, "enterprise")).toMatchObject({ balance: 5 });
    expect(await statsOf(url)).toMatchObject({ accepted: 3, noBalance: 3, balanceReads: 3 });
  });

  test("concurrent messages never spend more than the balance", async () => {
    const { url } = await start({ balances: { ...defaults.balances, free: 50 }, latencyMs: 1 });
    const sent = Array.from({ length: 80 }, () => post(url, message, headersOf("free")));
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(50);
    expect(statuses.filter((status) => status === 402)).toHaveLength(30);
  });
});
