import { expect, test } from "vitest";
import { readControllerSettings } from "./settings.ts";

test("runs are kept for 30 days and 1,000 of them, unless the environment says otherwise", () => {
  expect(readControllerSettings({}).retention).toEqual({ days: 30, runs: 1_000 });
  const other = readControllerSettings({ RETENTION_DAYS: "0", RETENTION_RUNS: "7" });
  expect(other.retention).toEqual({ days: 0, runs: 7 });
  const refused = { RETENTION_DAYS: "-1", RETENTION_RUNS: "all" };
  expect(() => readControllerSettings(refused)).toThrow(/RETENTION_DAYS.*\n.*RETENTION_RUNS/);
});
