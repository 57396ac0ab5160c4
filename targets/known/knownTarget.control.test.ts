import { describe, expect, test } from "vitest";
import { until } from "../testClient.ts";
import type { Stats } from "./knownTestClient.ts";
import { json, logOf, start } from "./knownTestClient.ts";

describe("control paths", () => {
  test("never count as arrivals", async () => {
    const { url } = await start();
    for (const path of [
      "__stats",
      "__log",
      "__holds",
      "__numbers",
      "__perSecond?originUs=0",
      "__nothing",
      "__",
    ]) {
      await fetch(`${url}/${path}`);
    }
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 0, completed: 0 });
  });

  test.each([
    ["GET", "/__nothing", 404],
    ["POST", "/__stats", 405],
    ["DELETE", "/__log", 405],
    ["POST", "/__holds", 405],
    ["POST", "/__numbers", 405],
    ["GET", "/__reset", 405],
    ["GET", "/__perSecond", 400],
    ["GET", "/__perSecond?originUs=", 400],
    ["GET", "/__perSecond?originUs=soon", 400],
    ["GET", "/__perSecond?originUs=Infinity", 400],
  ])("%s %s answers %d as problem details", async (method, path, status) => {
    const { url } = await start();
    const response = await fetch(url + path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status, detail: expect.any(String) });
  });

  test("__perSecond counts relative to the origin", async () => {
    const { url } = await start();
    for (let n = 0; n < 10; n += 1) await fetch(url);
    const [firstUs = 0] = await logOf(url);
    const all = `${url}/__perSecond?originUs=`;
    const day = 86_400e6;
    expect(await json(all + String(firstUs + day))).toMatchObject({ before: 10, perSecond: [] });
    const since = await json<{ before: number; perSecond: { second: number; count: number }[] }>(
      all + String(firstUs - day),
    );
    expect(since.before).toBe(0);
    expect(since.perSecond[0]?.second).toBe(86_400);
    expect(since.perSecond.reduce((sum, { count }) => sum + count, 0)).toBe(10);
  });

  test("__numbers has what clients called their requests, in the order of arrival", async () => {
    const { url } = await start();
    for (const number of ["7", "3", "7", "no number"]) {
      await fetch(url, { headers: { "x-arrival": number } });
    }
    await fetch(url);
    const bytes = await (await fetch(`${url}/__numbers`)).arrayBuffer();
    expect([...new Float64Array(bytes)]).toEqual([7, 3, 7, Number.NaN, Number.NaN]);
  });

  test("what the log's bound drops is counted and the rest kept", async () => {
    const { url } = await start({ maxLogEntries: 3 });
    for (let n = 0; n < 5; n += 1) await fetch(url);
    expect(await logOf(url)).toHaveLength(3);
    const counts = { received: 5, completed: 5, logged: 3, droppedLogEntries: 2 };
    expect(await json(`${url}/__stats`)).toMatchObject(counts);
  });

  test("__reset empties the log and the counts", async () => {
    const { url } = await start();
    await fetch(url);
    expect((await fetch(`${url}/__reset`, { method: "POST" })).status).toBe(204);
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 0, completed: 0 });
    expect(await logOf(url)).toHaveLength(0);
  });

  test("an answer pending over a reset does not count in the new period", async () => {
    const { url } = await start({ delayMs: 20 });
    const pending = fetch(url);
    await until(
      () => json<Stats>(`${url}/__stats`),
      ({ received }) => received === 1,
    );
    await fetch(`${url}/__reset`, { method: "POST" });
    expect((await pending).status).toBe(200);
    expect(await json<Stats>(`${url}/__stats`)).toMatchObject({ received: 0, completed: 0 });
  });
});
