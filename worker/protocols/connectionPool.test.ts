import { describe, expect, test } from "vitest";
import { Slot } from "../engine/slot.ts";
import { ConnectionPool, type PooledConnection, type PoolLimits } from "./connectionPool.ts";

/** A connection that opens and answers when the test says so. */
class ManualConnection implements PooledConnection<string> {
  opened: (error: unknown) => void = () => {};
  closed = false;
  busy: { slot: Slot; request: string; done: (slot: Slot) => void } | undefined;

  open(opened: (error: unknown) => void): void {
    this.opened = opened;
  }

  send(slot: Slot, request: string, done: (slot: Slot) => void): void {
    this.busy = { slot, request, done };
  }

  close(): void {
    this.closed = true;
  }
}

function poolWith(limits: Partial<PoolLimits> = {}, maySend = () => true) {
  const made: ManualConnection[] = [];
  const pool = new ConnectionPool<string>({
    clock: { nowUs: () => 7, maySend },
    limits: { connections: Infinity, perUser: false, ...limits },
    create() {
      made.push(new ManualConnection());
      return made.at(-1) as ManualConnection;
    },
    errorKind: () => "refused",
  });
  const answer = (connection: ManualConnection) => {
    const { slot, done } = connection.busy ?? expect.fail("nothing was sent");
    connection.busy = undefined;
    pool.idle(connection);
    done(slot);
  };
  return { pool, made, answer };
}

const done = () => {};
const requests = (made: readonly ManualConnection[]) => made.map(({ busy }) => busy?.request);

describe("a pool of shared connections", () => {
  test("opens one for each request that finds none idle, and uses it again", () => {
    const { pool, made, answer } = poolWith();
    pool.request(new Slot(0), "a", done);
    pool.request(new Slot(1), "b", done);
    expect(made).toHaveLength(2);
    for (const connection of made) connection.opened(null);
    expect(requests(made)).toEqual(["a", "b"]);
    answer(made[0] as ManualConnection);
    pool.request(new Slot(2), "c", done);
    expect(requests(made)).toEqual(["c", "b"]);
  });

  test("without a lease, who waits for a connection is interrupted, not sent", () => {
    let hasLease = true;
    const { pool, made } = poolWith({}, () => hasLease);
    const slots = [new Slot(0), new Slot(1)];
    for (const slot of slots) pool.request(slot, "a", done);
    hasLease = false;
    made[0]?.opened(null);
    expect(requests(made)).toEqual([undefined, undefined]);
    expect(slots.map(({ error }) => error)).toEqual(["interrupted", "interrupted"]);
  });

  test("a limit holds: requests wait for a free one, in their order", () => {
    const { pool, made, answer } = poolWith({ connections: 2 });
    ["a", "b", "c", "d"].forEach((request, i) => pool.request(new Slot(i), request, done));
    expect(made).toHaveLength(2);
    for (const connection of made) connection.opened(null);
    expect(made).toHaveLength(2);
    answer(made[1] as ManualConnection);
    expect(requests(made)).toEqual(["a", "c"]);
    answer(made[1] as ManualConnection);
    expect(requests(made)).toEqual(["a", "d"]);
  });

  test("a lost one makes room for another", () => {
    const { pool, made } = poolWith({ connections: 1 });
    pool.request(new Slot(0), "a", done);
    made[0]?.opened(null);
    pool.request(new Slot(1), "b", done);
    expect(made).toHaveLength(1);
    pool.remove(made[0] as ManualConnection);
    expect(made).toHaveLength(2);
    made[1]?.opened(null);
    expect(made[1]?.busy?.request).toBe("b");
  });

  test("warming up opens as many as are asked for, 64 at a time, never above the limit", async () => {
    const { pool, made } = poolWith({ connections: 100 });
    const warm = pool.warmUp(500);
    expect(made).toHaveLength(64);
    for (let i = 0; i < made.length; i++) {
      made[i]?.opened(null);
      await Promise.resolve();
    }
    await warm;
    expect([made.length, pool.size]).toEqual([100, 100]);
  });

  test("a closed pool opens nothing more, whoever still waits", () => {
    const { pool, made } = poolWith();
    pool.request(new Slot(0), "a", done);
    pool.close();
    made[0]?.opened(null);
    pool.request(new Slot(1), "b", done);
    expect([made.length, made[0]?.closed]).toEqual([1, true]);
  });

  test("what cannot be opened fails the request that has waited longest", () => {
    const { pool, made } = poolWith();
    const ended: [number, string][] = [];
    const note = (slot: Slot) => ended.push([slot.index, slot.error]);
    pool.request(new Slot(0), "a", note);
    pool.request(new Slot(1), "b", note);
    made[1]?.opened(new Error("no"));
    expect(ended).toEqual([[0, "refused"]]);
  });
});

describe("a connection per user", () => {
  test("stays with its user, whoever else waits", () => {
    const { pool, made, answer } = poolWith({ perUser: true });
    const [one, two] = [new Slot(0), new Slot(1)];
    pool.request(one, "a", done);
    made[0]?.opened(null);
    answer(made[0] as ManualConnection);
    pool.request(two, "b", done);
    expect(made).toHaveLength(2);
    expect(made[0]?.busy).toBeUndefined();
    made[1]?.opened(null);
    pool.request(one, "c", done);
    expect(requests(made)).toEqual(["c", "b"]);
  });

  test("is closed when the user goes, and opened anew when it was lost", () => {
    const { pool, made, answer } = poolWith({ perUser: true });
    const user = new Slot(0);
    pool.request(user, "a", done);
    made[0]?.opened(null);
    answer(made[0] as ManualConnection);
    pool.remove(made[0] as ManualConnection);
    pool.request(user, "b", done);
    made[1]?.opened(null);
    answer(made[1] as ManualConnection);
    pool.leave(user);
    expect([made[0]?.closed, made[1]?.closed, pool.size]).toEqual([false, true, 0]);
    pool.leave(user);
    pool.request(user, "c", done);
    expect(made).toHaveLength(3);
  });
});
