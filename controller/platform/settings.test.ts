import { expect, test } from "vitest";
import { readControllerSettings, readWorkerCounts } from "./settings.ts";

test("runs are kept for 30 days and 1,000 of them, unless the environment says otherwise", () => {
  expect(readControllerSettings({}).retention).toEqual({ days: 30, runs: 1_000 });
  const other = readControllerSettings({ RETENTION_DAYS: "0", RETENTION_RUNS: "7" });
  expect(other.retention).toEqual({ days: 0, runs: 7 });
  const refused = { RETENTION_DAYS: "-1", RETENTION_RUNS: "all" };
  expect(() => readControllerSettings(refused)).toThrow(/RETENTION_DAYS.*\n.*RETENTION_RUNS/);
});

test("files are kept for 7 days and 5,000 MB of them, and 8 taken at once", () => {
  const { files, uploads } = readControllerSettings({});
  expect([files, uploads]).toEqual([
    { days: 7, bytes: 5_000_000_000 },
    { count: 8, bytes: 256_000_000 },
  ]);
  const other = readControllerSettings({
    ...{ RETENTION_FILE_DAYS: "0", FILES_MAX_MB: "100", UPLOADS_MAX: "1", UPLOADS_MAX_MB: "64" },
  });
  expect([other.files, other.uploads]).toEqual([
    { days: 0, bytes: 100_000_000 },
    { count: 1, bytes: 64_000_000 },
  ]);
  const refused = {
    ...{ RETENTION_FILE_DAYS: "week", FILES_MAX_MB: "1.5", UPLOADS_MAX: "0", UPLOADS_MAX_MB: "63" },
  };
  const named = /RETENTION_FILE_DAYS.*\nFILES_MAX_MB.*\nUPLOADS_MAX=.*\nUPLOADS_MAX_MB/;
  expect(() => readControllerSettings(refused)).toThrow(named);
});

test("an embedded platform has at least one worker", () => {
  expect(readWorkerCounts({}).workers).toBe(1);
  expect(() => readWorkerCounts({ WORKERS: "0" })).toThrow(/WORKERS="0" .* from 1 to 64/);
});
