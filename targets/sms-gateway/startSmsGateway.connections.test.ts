import { describe, expect, test } from "vitest";
import { exchangeRaw, openSocket, statusesOf, until } from "../testClient.ts";
import { balanceOf, message, post, rawPost, start, statsOf } from "./gatewayTestClient.ts";

describe("connections", () => {
  test("header names in any case and pipelined requests: each answered, in order", async () => {
    const { url, port } = await start();
    const bad = rawPost("{}");
    const raw = await exchangeRaw(
      port,
      (rawPost(message) + bad).repeat(25) + rawPost(message, "Connection: close\r\n"),
    );
    const pairs = Array.from({ length: 25 }, () => [202, 400]).flat();
    expect(statusesOf(raw)).toEqual([...pairs, 202]);
    expect(await statsOf(url)).toMatchObject({ received: 51, accepted: 26, invalid: 25 });
  });

  test("pipelined answers keep their order when their latency differs", async () => {
    const draws = [0.9, 0.1, 0.5, 0];
    const { port } = await start({ latencyJitterMs: 10, random: () => draws.shift() ?? 0 });
    const requests = rawPost(message) + rawPost("{}") + rawPost(message);
    const raw = await exchangeRaw(port, requests + rawPost("", "Connection: close\r\n"));
    expect(statusesOf(raw)).toEqual([202, 400, 202, 400]);
  });

  test("a repeated key header is an unknown key", async () => {
    const { port } = await start();
    const raw = await exchangeRaw(
      port,
      rawPost(message, "X-Api-Key: pro-key\r\nConnection: close\r\n"),
    );
    expect(statusesOf(raw)).toEqual([401]);
  });

  test("what is no HTTP is answered 400 and counted nowhere", async () => {
    const { url, port } = await start();
    expect(statusesOf(await exchangeRaw(port, "\u0016\u0003\u0001 hello\r\n\r\n"))).toEqual([400]);
    expect(await statsOf(url)).toMatchObject({ received: 0 });
  });

  test("a client that leaves in its body is aborted, and counted once", async () => {
    const { url, port } = await start();
    const socket = await openSocket(port);
    socket.write(rawPost(message).slice(0, -1));
    await until(
      () => statsOf(url),
      ({ received }) => received === 1,
    );
    socket.destroy();
    const stats = await until(
      () => statsOf(url),
      ({ aborted }) => aborted === 1,
    );
    expect(stats).toMatchObject({ received: 1, accepted: 0, invalid: 0, aborted: 1 });
  });

  test("a client that leaves before its answer has still sent its message", async () => {
    const { url, port } = await start({ latencyMs: 30 });
    const socket = await openSocket(port);
    socket.write(rawPost(message));
    await until(
      () => statsOf(url),
      ({ accepted }) => accepted === 1,
    );
    socket.destroy();
    // Answered after the abandoned one was due.
    expect(await balanceOf(url, "pro", "9")).toMatchObject({ balance: 9_999 });
    expect(await statsOf(url)).toMatchObject({ received: 2, accepted: 1, aborted: 0 });
  });
});

describe("failures and latency", () => {
  test("errorRate decides by its draws; a failed message costs nothing", async () => {
    const draws = [0.29, 0.3, 0.99, 0];
    const { url } = await start({ errorRate: 0.3, random: () => draws.shift() ?? 1 });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await post(url)).status);
    expect(statuses).toEqual([500, 202, 202, 500]);
    expect(await balanceOf(url, "pro")).toMatchObject({ balance: 9_998 });
    expect(await statsOf(url)).toMatchObject({ received: 5, accepted: 2, failed: 2 });
  });

  test("no /v1/sms answer comes before the latency, whatever its status", async () => {
    const { url } = await start({ latencyMs: 10, latencyJitterMs: 10, random: () => 0.5 });
    const bodies = [message, "{}", "x".repeat(70_000)];
    await Promise.all(
      bodies.map(async (body) => {
        const sentMs = performance.now();
        await post(url, body);
        expect(performance.now() - sentMs).toBeGreaterThanOrEqual(15);
      }),
    );
  });
});
