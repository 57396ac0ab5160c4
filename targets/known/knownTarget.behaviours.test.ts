import { describe, expect, test } from "vitest";
import { closeOf, exchangeRaw, openSocket, statusesOf, until } from "../testClient.ts";
import { drawnDelayMs } from "./drawnDelayMs.ts";
import { get, json, logOf, start } from "./knownTestClient.ts";
import type { Stats } from "./knownTestClient.ts";

const nowUs = () => (performance.timeOrigin + performance.now()) * 1_000;
const reset = (url: string) => fetch(`${url}/__reset`, { method: "POST" });
const statsOf = (url: string) => json<Stats>(`${url}/__stats`);

describe("delayDistribution", () => {
  test("no answer comes before the delay drawn for its number, again so after a reset", async () => {
    const spec = "uniform:1:20";
    const { url } = await start({ delayDistribution: spec, seed: "9" });
    for (let period = 0; period < 2; period += 1) {
      for (let n = 0; n < 15; n += 1) {
        const sentMs = performance.now();
        await fetch(url);
        expect(performance.now() - sentMs).toBeGreaterThanOrEqual(drawnDelayMs(spec, 9, n));
      }
      await reset(url);
    }
  });
});

describe("stallMs", () => {
  test("holds all that arrive to its end, then delays them, once for every reset", async () => {
    const { url } = await start({ stallMs: 40, delayMs: 10 });
    for (let period = 0; period < 2; period += 1) {
      const answeredUs = await Promise.all(
        Array.from({ length: 10 }, () => fetch(url).then(nowUs)),
      );
      const [firstUs = Number.NaN] = await logOf(url);
      for (const us of answeredUs) expect(us).toBeGreaterThanOrEqual(firstUs + 50_000);
      await reset(url);
    }
  });

  test("holds the answers to what arrived before it", async () => {
    const { url } = await start({ stallAfterMs: 5, stallMs: 50, delayMs: 20 });
    await fetch(url);
    const answeredUs = nowUs();
    expect(answeredUs).toBeGreaterThanOrEqual(((await logOf(url))[0] ?? Number.NaN) + 55_000);
  });

  test("does not hold the control paths, nor a target that stops", async () => {
    const target = await start({ stallMs: 3_600_000 });
    const socket = await openSocket(target.port);
    socket.write(get("/"));
    const { completed } = await until(
      () => statsOf(target.url),
      ({ received }) => received === 1,
    );
    expect(completed).toBe(0);
    const closed = closeOf(socket);
    await target.stop();
    await closed;
  });
});

describe("killEvery", () => {
  test("every third arrival loses its connection unanswered, and is counted", async () => {
    const { url, port } = await start({ killEvery: 3 });
    const statuses: number[][] = [];
    for (let n = 0; n < 7; n += 1)
      statuses.push(statusesOf(await exchangeRaw(port, get("/", true))));
    expect(statuses).toEqual([[200], [200], [], [200], [200], [], [200]]);
    expect(await statsOf(url)).toMatchObject({ received: 7, completed: 5, killed: 2 });
    await reset(url);
    expect(await statsOf(url)).toMatchObject({ received: 0, killed: 0 });
  });

  test("kills at once, whatever the delay and the stall, and starts the stall's clock", async () => {
    const { url, port } = await start({ killEvery: 1, delayMs: 3_600_000, stallMs: 3_600_000 });
    const post = get("/")
      .replace("GET", "POST")
      .replace("\r\n\r\n", "\r\nContent-Length: 9\r\n\r\n");
    expect(await exchangeRaw(port, post)).toBe("");
    expect(await statsOf(url)).toMatchObject({ received: 1, completed: 0, killed: 1 });
  });
});

describe("x-arrival", () => {
  test("doubles counts the numbers sent more than once, killed ones too", async () => {
    const { url, port } = await start({ killEvery: 5 });
    for (const number of ["0", "1", "1", "7", "1", "0", "soon", "100000000"]) {
      await exchangeRaw(port, get("/", true).replace("Host", `X-Arrival: ${number}\r\nHost`));
    }
    await exchangeRaw(port, get("/", true));
    const counts = { distinctNumbers: 3, doubles: 2, droppedNumbers: 2 };
    expect(await statsOf(url)).toMatchObject({ received: 9, killed: 1, ...counts });
    await reset(url);
    const none = { distinctNumbers: 0, doubles: 0, droppedNumbers: 0 };
    expect(await statsOf(url)).toMatchObject(none);
  });
});
