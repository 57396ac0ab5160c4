import { describe, expect, test } from "vitest";
import { exchangeRaw, statusesOf } from "../testClient.ts";
import { get, json, logOf, start } from "./knownTestClient.ts";
import type { Stats } from "./knownTestClient.ts";
import { pieceCount } from "./slowBody.ts";

describe("slowBodyBytes and slowBodyMs", () => {
  test("the body has its bytes, never ahead of an even pace", async () => {
    const { url } = await start({ slowBodyBytes: 1_001, slowBodyMs: 60 });
    const sentMs = performance.now();
    const response = await fetch(url);
    expect(response.headers.get("content-length")).toBe("1001");
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      expect(bytes).toBeLessThanOrEqual((1_001 * (performance.now() - sentMs)) / 60);
    }
    expect(bytes).toBe(1_001);
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 1, completed: 1 });
  });

  test("head and first bytes come long before the last ones", async () => {
    const { url } = await start({ slowBodyBytes: 100_000_000, slowBodyMs: 3_600_000 });
    const reader = (await fetch(url)).body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 1, completed: 0 });
    await reader?.cancel();
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 1, completed: 0 });
  });

  test("without a time, a large body comes whole", async () => {
    const { url } = await start({ slowBodyBytes: 3_000_001 });
    expect(await (await fetch(url)).text()).toBe("x".repeat(3_000_001));
  });

  test("HEAD, 204 and 304 have no body to wait for", async () => {
    const slow = { slowBodyBytes: 10, slowBodyMs: 3_600_000 };
    const { port } = await start({ ...slow, statusMix: "200:1,204:1,304:1" });
    const head = get("/").replace("GET", "HEAD");
    const raw = await exchangeRaw(port, head + get("/") + get("/", true));
    expect(statusesOf(raw)).toEqual([200, 204, 304]);
    expect(raw).not.toContain("xx");
  });

  test("status, delay and stall apply to it as to any answer", async () => {
    const { url } = await start({
      ...{ slowBodyBytes: 100, slowBodyMs: 30, statusMix: "503:1", delayMs: 10 },
      ...{ stallAfterMs: 20, stallMs: 50 },
    });
    const response = await fetch(url);
    expect([response.status, (await response.text()).length]).toEqual([503, 100]);
    const answeredUs = (performance.timeOrigin + performance.now()) * 1_000;
    // The stall from 20 to 70 ms freezes a body due from 10 to 40 ms.
    expect(answeredUs).toBeGreaterThanOrEqual(((await logOf(url))[0] ?? Number.NaN) + 70_000);
  });
});

describe("pieceCount", () => {
  test.each([
    [1, 0, 1],
    [1, 1_000, 1],
    [10, 1_000, 10],
    [100_000, 1_000, 200],
    [65_536, 0, 1],
    [65_537, 0, 2],
    [65_537, 5, 2],
    [100_000_000, 3_600_000, 720_000],
  ])("%d bytes over %d ms go in %d pieces", (bytes, durationMs, expected) => {
    expect(pieceCount(bytes, durationMs)).toBe(expected);
  });
});
