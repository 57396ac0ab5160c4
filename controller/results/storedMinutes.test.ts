import { describe, expect, test } from "vitest";
import type { StoredMinute } from "./secondStore.ts";
import { storedMinutes } from "./storedMinutes.ts";

const minuteOf = (minute: number): StoredMinute => {
  return { runId: "r", minute, token: 1, applied: {}, seconds: [] };
};

/** A store that tells what it was asked for. */
class AskedStore {
  readonly asked: [from: number, to: number][] = [];
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  async read(_runId: string, from: number, to: number): Promise<StoredMinute[]> {
    this.asked.push([from, to]);
    if (from >= this.#count) return [];
    const last = Math.min(to, this.#count - 1);
    return Array.from({ length: last - from + 1 }, (_, i) => minuteOf(from + i));
  }
}

async function numbersOf(minutes: AsyncIterable<StoredMinute>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { minute } of minutes) numbers.push(minute);
  return numbers;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("the minutes of a run", () => {
  test.each([0, 1, 4, 5, 6, 10, 1_440])("are all there, in their order: %i", async (count) => {
    expect(await numbersOf(storedMinutes(new AskedStore(count), "r"))).toEqual(upTo(count));
  });

  test("go on behind those in which nothing was", async () => {
    const known = [0, 3, 9, 10, 14];
    const gappy = {
      read: async (_runId: string, from: number, to: number) =>
        known.filter((minute) => minute >= from && minute <= to).map(minuteOf),
    };
    expect(await numbersOf(storedMinutes(gappy, "r"))).toEqual(known);
    const far = { read: async (_: string, from: number) => (from === 20 ? [minuteOf(20)] : []) };
    expect(await numbersOf(storedMinutes(far, "r", 20))).toEqual([20]);
  });

  test("end with the last that is asked for", async () => {
    const store = new AskedStore(100);
    expect(await numbersOf(storedMinutes(store, "r", 11))).toEqual(upTo(12));
    expect(store.asked.at(-1)).toEqual([10, 11]);
  });

  test("are in memory a few at a time, however long the run was", async () => {
    const store = new AskedStore(1_440);
    let most = 0;
    for await (const { minute } of storedMinutes(store, "r")) {
      most = Math.max(most, (store.asked.at(-1)?.[1] ?? 0) - minute);
    }
    expect(most).toBeLessThan(10);
  });

  test("leave everything else its turn between two of them", async () => {
    let turns = 0;
    const other = () => {
      turns++;
      immediate = setImmediate(other);
    };
    let immediate = setImmediate(other);
    await numbersOf(storedMinutes(new AskedStore(200), "r"));
    clearImmediate(immediate);
    expect(turns).toBeGreaterThanOrEqual(199);
  });

  test("that cannot be read fail whoever reads them, and nobody else", async () => {
    const store = new AskedStore(20);
    const failing = {
      read: async (runId: string, from: number, to: number) => {
        if (from >= 5) throw new Error("the store is away");
        return store.read(runId, from, to);
      },
    };
    await expect(numbersOf(storedMinutes(failing, "r"))).rejects.toThrow("the store is away");
    // Who goes no further hears nothing of what was asked for ahead.
    for await (const { minute } of storedMinutes(failing, "r")) if (minute === 1) break;
  });
});
