import { beforeEach, describe, expect, test } from "vitest";
import { Slot } from "../engine/slot.ts";
import type { PoolLimits } from "./connectionPool.ts";
import { type SharedConnection, StreamPool } from "./streamPool.ts";

const STREAMS = 3;

/** A connection that opens, answers and breaks when the test says so. */
class FakeConnection implements SharedConnection<string> {
  readonly carried: { slot: Slot; request: string; done: (slot: Slot) => void }[] = [];
  isClosed = false;
  opened: (error: unknown) => void = () => {};

  get hasRoom(): boolean {
    return this.carried.length < STREAMS;
  }
  open(opened: (error: unknown) => void): void {
    this.opened = opened;
  }
  send(slot: Slot, request: string, done: (slot: Slot) => void): void {
    this.carried.push({ slot, request, done });
  }
  close(): void {
    this.isClosed = true;
  }
}

let made: FakeConnection[];
let ended: [slot: number, error: string][];
beforeEach(() => {
  made = [];
  ended = [];
});

function poolOf(limits: Partial<PoolLimits> = {}) {
  return new StreamPool<string>({
    clock: { nowUs: () => 7 },
    limits: { connections: Infinity, perUser: false, ...limits },
    create() {
      const connection = new FakeConnection();
      made.push(connection);
      return connection;
    },
    errorKind: String,
    streams: STREAMS,
  });
}

function ask(pool: StreamPool<string>, count: number, from = 0): Slot[] {
  return Array.from({ length: count }, (_, i) => {
    const slot = new Slot(from + i);
    pool.request(slot, `r${from + i}`, ({ index, error }) => ended.push([index, error]));
    return slot;
  });
}
const carried = () => made.map((connection) => connection.carried.map(({ request }) => request));

describe("a pool of shared connections", () => {
  test("opens as many as the waiting requests fill", () => {
    const pool = poolOf();
    ask(pool, 7);
    expect(made).toHaveLength(3);
    for (const connection of made) connection.opened(null);
    expect(carried()).toEqual([["r0", "r1", "r2"], ["r3", "r4", "r5"], ["r6"]]);
    expect(pool.size).toBe(3);
  });

  test("a closed pool opens nothing more, whoever still waits", () => {
    const pool = poolOf();
    ask(pool, 1);
    pool.close();
    made[0]?.opened(null);
    ask(pool, 1, 1);
    expect([made.length, made[0]?.isClosed]).toEqual([1, true]);
  });

  test("takes those that have room in turn", () => {
    const pool = poolOf({ connections: 2 });
    void pool.warmUp(2);
    for (const connection of made) connection.opened(null);
    ask(pool, 4);
    expect(carried().map((requests) => requests.length)).toEqual([2, 2]);
  });

  test("keeps to its limit: what finds no room waits, in order, and may be given up", () => {
    const pool = poolOf({ connections: 1 });
    const slots = ask(pool, 6);
    expect(made).toHaveLength(1);
    made[0]?.opened(null);
    slots[3]?.cancel?.(slots[3], "timeout");
    expect(ended).toEqual([[3, "timeout"]]);
    made[0]?.carried.splice(0, 1);
    if (made[0] !== undefined) pool.freed(made[0]);
    expect(carried()).toEqual([["r1", "r2", "r4"]]);
  });

  test("a connection that cannot be opened fails what it would have carried", () => {
    const pool = poolOf({ connections: 1 });
    ask(pool, 4);
    made[0]?.opened("refused");
    expect(ended).toEqual([0, 1, 2].map((index) => [index, "refused"]));
    // The next is opened for what is left.
    made[1]?.opened(null);
    expect(carried()[1]).toEqual(["r3"]);
  });

  test("a connection that is gone makes room for another", () => {
    const pool = poolOf({ connections: 1 });
    ask(pool, 5);
    const [first] = made;
    first?.opened(null);
    if (first !== undefined) pool.remove(first);
    made[1]?.opened(null);
    expect(carried()[1]).toEqual(["r3", "r4"]);
    expect(pool.size).toBe(1);
    // Told twice, it is gone once.
    if (first !== undefined) pool.remove(first);
    expect(pool.size).toBe(1);
  });

  test("with perUser each user keeps a connection until it leaves", () => {
    const pool = poolOf({ perUser: true });
    const [slot] = ask(pool, 2);
    expect(made).toHaveLength(2);
    for (const connection of made) connection.opened(null);
    expect(carried()).toEqual([["r0"], ["r1"]]);
    if (slot !== undefined) pool.request(slot, "again", () => {});
    expect(carried()[0]).toEqual(["r0", "again"]);
    if (slot !== undefined) pool.leave(slot);
    expect([made[0]?.isClosed, made[1]?.isClosed, pool.size]).toEqual([true, false, 1]);
    // Nobody gets what belongs to another.
    ask(pool, 1, 5);
    expect(made).toHaveLength(3);
  });

  test("opened ahead are as many as the requests at once need", async () => {
    const warm = async (limits: Partial<PoolLimits>, count: number) => {
      made = [];
      const done = poolOf(limits).warmUp(count);
      for (const connection of made) connection.opened(null);
      await done;
      return made.length;
    };
    expect(await warm({}, 10)).toBe(4);
    expect(await warm({ connections: 5 }, 5)).toBe(5);
    expect(await warm({ perUser: true }, 7)).toBe(7);
  });

  test("closing closes all, also those that open later", () => {
    const pool = poolOf();
    ask(pool, 6);
    made[0]?.opened(null);
    pool.close();
    made[1]?.opened(null);
    expect(made.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });
});
