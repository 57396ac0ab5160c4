import { expect, test } from "vitest";
import { RunOwners } from "./runOwners.ts";

const LIMIT_MS = 15_000;

test("a run is ownerless when every answer for longer than the limit says so", () => {
  const owners = new RunOwners();
  owners.heard({ run: "http://c1", other: "" }, 0);
  for (let ms = 1_000; ms <= 16_000; ms += 300) owners.heard({ run: null, other: "" }, ms);
  expect(owners.ownerless(LIMIT_MS, 16_000)).toEqual([]);
  owners.heard({ run: null, other: "" }, 16_001);
  expect(owners.ownerless(LIMIT_MS, 16_001)).toEqual(["run"]);
});

test("an owner in between, or a directory that does not answer, begins the time again", () => {
  const owners = new RunOwners();
  owners.heard({ a: null, b: null }, 0);
  owners.heard({ a: "http://c2", b: null }, 10_000);
  owners.heard({ a: null, b: null }, 11_000);
  expect(owners.ownerless(LIMIT_MS, 20_000)).toEqual(["b"]);
  owners.unheard();
  expect(owners.ownerless(LIMIT_MS, 60_000)).toEqual([]);
});

test("the owner heard of last can still be asked when it was forgotten", () => {
  const owners = new RunOwners();
  owners.heard({ run: "http://c1", local: "" }, 0);
  owners.heard({ run: null }, 300);
  expect(["run", "local", "unknown"].map((runId) => owners.urlOf(runId))).toEqual([
    "http://c1",
    undefined,
    undefined,
  ]);
  owners.forget("run");
  expect(owners.urlOf("run")).toBe(undefined);
});
