import { describe, expect, test } from "vitest";
import { openSocket, until } from "../testClient.ts";
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

describe("operations", () => {
  test("the endings add up to received, and so do the seconds", async () => {
    const { url } = await start({ balances: { ...defaults.balances, free: 1 } });
    await Promise.all([
      ...Array.from({ length: 20 }, () => post(url)),
      ...Array.from({ length: 5 }, () => post(url, message, headersOf("free"))),
      ...Array.from({ length: 3 }, () => post(url, "{}")),
      post(url, message, {}),
      balanceOf(url, "pro"),
      fetch(`${url}/v1/sms/send`),
      fetch(`${url}/v1/sms/balance`, { method: "PUT" }),
      fetch(`${url}/v1/sms/nothing?x=/stats`),
    ]);
    const { perSecond, ...stats } = await statsOf(url);
    const counts = { accepted: 21, noBalance: 4, invalid: 6, unauthorized: 1, balanceReads: 1 };
    expect(stats).toMatchObject({ received: 33, failed: 0, aborted: 0, olderCount: 0, ...counts });
    expect(perSecond.reduce((sum, { count }) => sum + count, 0)).toBe(33);
  });

  test("a query string changes nothing", async () => {
    const { url } = await start();
    const headers = headersOf("pro");
    const response = await fetch(`${url}/v1/sms/send?trace=1`, {
      method: "POST",
      body: message,
      headers,
    });
    expect(response.status).toBe(202);
    expect((await fetch(`${url}/health?x`)).status).toBe(200);
  });

  test.each([
    ["GET", "/v1/sms/send", 405, "POST"],
    ["POST", "/v1/sms/balance", 405, "GET"],
    ["POST", "/stats", 405, "GET"],
    ["GET", "/stats/reset", 405, "POST"],
    ["DELETE", "/health", 405, "GET"],
    ["GET", "/v1/sms/", 404, null],
    ["GET", "/v1/sms", 404, null],
    ["GET", "/", 404, null],
  ])("%s %s answers %d", async (method, path, status, allow) => {
    const { url } = await start();
    const response = await fetch(url + path, { method });
    expect(response.headers.get("allow")).toBe(allow);
    await expectProblem(response, status);
  });

  test("health is ok, and like the stats it is not counted", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/health`);
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
    await fetch(`${url}/elsewhere`);
    expect(await statsOf(url)).toMatchObject({ received: 0, perSecond: [] });
  });

  test("reset zeroes the counts, starts a new period and leaves the balances", async () => {
    const { url } = await start();
    await post(url);
    const before = await statsOf(url);
    expect((await fetch(`${url}/stats/reset`, { method: "POST" })).status).toBe(204);
    const after = await statsOf(url);
    expect(after).toMatchObject({ received: 0, accepted: 0, perSecond: [], olderCount: 0 });
    expect(after["startedAtUs"]).toBeGreaterThan(before["startedAtUs"] ?? Infinity);
    expect(await balanceOf(url, "pro")).toMatchObject({ balance: 9_999 });
  });

  test("a message in its body over a reset stays with the old period", async () => {
    const { url, port } = await start();
    const socket = await openSocket(port);
    const answered = new Promise((resolve) => socket.once("data", (data) => resolve(String(data))));
    socket.write(rawPost(message).slice(0, -1));
    await until(
      () => statsOf(url),
      ({ received }) => received === 1,
    );
    await fetch(`${url}/stats/reset`, { method: "POST" });
    socket.write("}");
    expect(await answered).toContain("202 Accepted");
    expect(await statsOf(url)).toMatchObject({ received: 0, accepted: 0 });
  });
});
