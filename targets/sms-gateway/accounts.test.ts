import { describe, expect, test } from "vitest";
import type { User } from "./accounts.ts";
import { Accounts } from "./accounts.ts";

const starting = { free: 3, pro: 20, enterprise: 500 };

function mustFind(accounts: Accounts, key: string, userId: string): User {
  const user = accounts.find(key, userId);
  if (user === undefined) throw new Error(`${userId} was not found`);
  return user;
}

describe("who is let in", () => {
  test.each([
    ["free-key", "free-1", "free", 1],
    ["free-key", "free-0", "free", 0],
    ["free-key", "free-007", "free", 7],
    ["pro-key", "pro-100000", "pro", 100_000],
    ["enterprise-key", "enterprise-5", "enterprise", 5],
    ["pro-key", "42", "pro", 42],
    ["free-key", "999999999999999", "free", 999_999_999_999_999],
  ])("%s with user %s is %s user %d", (key, userId, plan, number) => {
    const user = mustFind(new Accounts(starting), key, userId);
    expect([user.plan.plan, user.number]).toEqual([plan, number]);
  });

  test.each([
    [undefined, "1"],
    ["free-key", undefined],
    ["", "1"],
    ["FREE-KEY", "1"],
    ["free-key, free-key", "1"],
    ["__proto__", "1"],
    ["free-key", ""],
    ["free-key", "0"],
    ["free-key", "-1"],
    ["free-key", "1.5"],
    ["free-key", " 1"],
    ["free-key", "1e3"],
    ["free-key", "١"],
    ["free-key", "1, 1"],
    ["free-key", "free-"],
    ["free-key", "free--1"],
    ["free-key", "free-1x"],
    ["free-key", "Free-1"],
    ["free-key", "pro-1"],
    ["pro-key", "free-1"],
    ["enterprise-key", "pro-1"],
    ["free-key", "1000000000000000"],
    ["free-key", "alice"],
  ])("key %j with user %j is not", (key, userId) => {
    expect(new Accounts(starting).find(key, userId)).toBeUndefined();
  });
});

describe("balances", () => {
  test("each user starts with the balance of its plan", () => {
    const accounts = new Accounts(starting);
    for (const plan of ["free", "pro", "enterprise"] as const) {
      expect(accounts.balance(mustFind(accounts, `${plan}-key`, "1"))).toBe(starting[plan]);
    }
  });

  test("each user has its own, and a bare number is the key's own plan's user", () => {
    const accounts = new Accounts(starting);
    accounts.setBalance(mustFind(accounts, "free-key", "free-7"), 1);
    expect(accounts.balance(mustFind(accounts, "free-key", "7"))).toBe(1);
    expect(accounts.balance(mustFind(accounts, "free-key", "8"))).toBe(3);
    expect(accounts.balance(mustFind(accounts, "pro-key", "7"))).toBe(20);
  });

  test("users beyond the bound are not created, while the others stay", () => {
    const accounts = new Accounts(starting, 2);
    const balanceOf = (userId: string) => accounts.balance(mustFind(accounts, "free-key", userId));
    expect(["1", "2", "3", "1"].map(balanceOf)).toEqual([3, 3, undefined, 3]);
  });
});
