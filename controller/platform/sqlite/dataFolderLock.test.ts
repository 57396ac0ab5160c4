import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lockDataFolder } from "./dataFolderLock.ts";

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "onrush-lock-"));
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const TAKEN = /another Onrush platform is running on .*ONRUSH_DATA.*--controller URL/;

test("who holds a folder alone holds it until it is given back", () => {
  const folder = join(parent, "alone", "not", "there", "yet");
  const giveBack = lockDataFolder(folder, "alone");
  expect(() => lockDataFolder(folder, "alone")).toThrow(TAKEN);
  expect(() => lockDataFolder(folder, "together")).toThrow(TAKEN);
  giveBack();
  giveBack();
  lockDataFolder(folder, "alone")();
});

test("several hold a folder together, and nobody alone beside them", () => {
  const folder = join(parent, "together");
  const [first, second] = [lockDataFolder(folder, "together"), lockDataFolder(folder, "together")];
  first();
  expect(() => lockDataFolder(folder, "alone")).toThrow(TAKEN);
  second();
  lockDataFolder(folder, "alone")();
});

test("another folder is another lock", () => {
  const first = lockDataFolder(join(parent, "a"), "alone");
  const second = lockDataFolder(join(parent, "b"), "alone");
  first();
  second();
});

test("a folder that cannot be had is refused with the reason", () => {
  expect(() => lockDataFolder("/dev/null/folder", "alone")).toThrow(/ONRUSH_DATA.*ENOTDIR/);
});
