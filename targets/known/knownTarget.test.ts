import { describe, expect, test } from "vitest";
import { closeOf, exchangeRaw, openSocket, statusesOf, until } from "../testClient.ts";
import { knownTarget } from "./knownTarget.ts";
import type { Stats } from "./knownTestClient.ts";
import { get, json, logOf, start } from "./knownTestClient.ts";

describe("arrivals", () => {
  test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])(
    "%s on any path is answered 200 ok and counted",
    async (method) => {
      const { url } = await start();
      const response = await fetch(`${url}/some/path?x=1`, { method });
      expect([response.status, await response.text()]).toEqual([200, "ok"]);
      expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 1, completed: 1 });
    },
  );

  test("HEAD is answered without a body", async () => {
    const { url } = await start();
    const response = await fetch(url, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  test("the log has one ascending time per request, between the first send and the last answer", async () => {
    const { url } = await start();
    const fromUs = (performance.timeOrigin + performance.now()) * 1_000;
    await Promise.all(Array.from({ length: 200 }, (_, n) => fetch(`${url}/${n}`)));
    const toUs = (performance.timeOrigin + performance.now()) * 1_000;
    const log = await logOf(url);
    expect(log).toHaveLength(200);
    expect(log.toSorted()).toEqual(log);
    expect(log[0]).toBeGreaterThanOrEqual(fromUs);
    expect(log[199]).toBeLessThanOrEqual(toUs);
  });

  test("pipelined requests are answered one by one and all counted", async () => {
    const { url, port } = await start();
    const raw = await exchangeRaw(port, get("/a").repeat(49) + get("/b", true));
    expect(statusesOf(raw)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 50, completed: 50 });
  });

  test("a body larger than any buffer arrives whole and leaves the connection usable", async () => {
    const { url } = await start({ delayMs: 5 });
    for (let n = 0; n < 3; n += 1) {
      const response = await fetch(url, { method: "POST", body: "x".repeat(3_000_000) });
      expect(response.status).toBe(200);
    }
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 3, completed: 3 });
  });

  test.each([
    get("/").replace("HTTP/1.1", "HTTP/9.9"),
    "nonsense\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
  ])("%j is no HTTP request: 400, not counted, and the server lives on", async (bytes) => {
    const { url, port } = await start();
    expect(statusesOf(await exchangeRaw(port, bytes))).toEqual([400]);
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 0 });
  });
});

describe("delayMs", () => {
  test("no answer comes before the delay", async () => {
    const { url } = await start({ delayMs: 20 });
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const sentMs = performance.now();
        await fetch(url);
        expect(performance.now() - sentMs).toBeGreaterThanOrEqual(20);
      }),
    );
  });

  test("a client that leaves before its answer is received but not completed", async () => {
    const { url, port } = await start({ delayMs: 30 });
    const socket = await openSocket(port);
    socket.write(get("/"));
    await until(
      () => json<Stats>(`${url}/__stats`),
      ({ received }) => received === 1,
    );
    socket.destroy();
    // Due after the abandoned one, so that one's time has come when this is answered.
    await fetch(url);
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 2, completed: 1 });
  });

  test("a target that stops does not wait for its delays", async () => {
    const target = await start({ delayMs: 3_600_000 });
    const socket = await openSocket(target.port);
    socket.write(get("/"));
    await until(
      () => json<Stats>(`${target.url}/__stats`),
      ({ received }) => received === 1,
    );
    const closed = closeOf(socket);
    await target.stop();
    await closed;
  });
});

describe("statusMix", () => {
  test("statuses follow the arrival number, in the same order after a reset", async () => {
    const { url, port } = await start({ statusMix: "200:3,500:1" });
    const eight = get("/").repeat(7) + get("/", true);
    const expected = [200, 200, 500, 200, 200, 200, 500, 200];
    expect(statusesOf(await exchangeRaw(port, eight))).toEqual(expected);
    await fetch(url);
    await fetch(`${url}/__reset`, { method: "POST" });
    expect(statusesOf(await exchangeRaw(port, eight))).toEqual(expected);
  });

  test("204 and 304 carry no body and keep the connection in step", async () => {
    const { port } = await start({ statusMix: "204:1,304:1,201:1" });
    const raw = await exchangeRaw(port, get("/").repeat(5) + get("/", true));
    expect(statusesOf(raw)).toEqual([204, 304, 201, 204, 304, 201]);
    expect(raw.match(/\r\n\r\nok/g)).toHaveLength(2);
  });

  test.each(["200", "100:1", "600:1", "ok:1", "200:0", "200:1.5", "200:9999,500:2"])(
    "%s is refused",
    async (statusMix) => {
      await expect(knownTarget.start({ port: 0, statusMix })).rejects.toMatchObject({
        code: "BAD_OPTIONS",
        message: expect.stringContaining("statusMix"),
      });
    },
  );
});
