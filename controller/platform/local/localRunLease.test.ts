import { expect, test } from "vitest";
import { createLocalRunLease } from "./localRunLease.ts";

const OWNER = { id: "me", url: "" };

test("a token is above every one before, and never below the clock", async () => {
  let nowMs = 5_000;
  const lease = createLocalRunLease(() => nowMs * 1_000);
  const acquired = () => lease.acquire("run", OWNER, 1_000);
  const tokens = [await acquired(), await acquired()];
  nowMs = 9_000;
  tokens.push(await acquired());
  nowMs = 1_000;
  tokens.push(await acquired());
  expect(tokens).toEqual([5_000, 5_001, 9_000, 9_001]);
});
