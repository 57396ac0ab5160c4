import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqlite } from "@onrush/controller/platform/sqlite/sqliteStores.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { aMinute, aScenario } from "./storesFixtures.ts";

describe("opening the embedded store", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "onrush-test-"));
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  const openFile = () => new DatabaseSync(join(directory, "onrush.sqlite"));

  test("creates the directory and leaves one file behind when it is closed", async () => {
    const nested = join(directory, "a", "b");
    const stores = await openSqlite(nested);
    await stores.scenarios.create(aScenario());
    await stores.close();
    expect(await readdir(nested)).toStrictEqual(["onrush.sqlite"]);
  });

  test(":memory: writes no file, and each is a store of its own", async () => {
    const [one, other] = [await openSqlite(":memory:"), await openSqlite(":memory:")];
    await one.scenarios.create(aScenario());
    await one.seconds.put([aMinute()]);
    expect(await other.scenarios.get("scenario-1")).toBeUndefined();
    expect(await one.seconds.read("run-1", 0, 0)).toStrictEqual([aMinute()]);
    await one.close();
    await other.close();
    expect(await readdir(".")).not.toContain(":memory:");
  });

  test("a file of a newer version is refused and left as it is", async () => {
    const file = openFile();
    file.exec("PRAGMA user_version = 99; CREATE TABLE from_the_future (id)");
    file.close();
    await expect(openSqlite(directory)).rejects.toMatchObject({
      code: "STORE_REFUSED",
      message: expect.stringContaining("written by a newer Onrush (schema 99"),
    });
    const again = openFile();
    const tables = again.prepare("SELECT name FROM sqlite_schema").all();
    again.close();
    expect(tables.map((row) => row["name"])).toStrictEqual(["from_the_future"]);
  });

  test("a directory that is a file is refused with its name", async () => {
    const path = join(directory, "taken");
    await writeFile(path, "");
    await expect(openSqlite(path)).rejects.toMatchObject({
      code: "STORE_REFUSED",
      message: expect.stringContaining(`cannot use ${path} (ONRUSH_DATA)`),
    });
  });

  test("a file that is no database is refused", async () => {
    await writeFile(join(directory, "onrush.sqlite"), "not a database ".repeat(100));
    await expect(openSqlite(directory)).rejects.toMatchObject({ code: "STORE_REFUSED" });
  });

  test("files of an earlier version count as used when they are first seen", async () => {
    const before = Date.now();
    await (await openSqlite(directory)).close();
    const sha256 = "ab".repeat(32);
    const file = openFile();
    file.exec("DROP TABLE file_uses; PRAGMA user_version = 4");
    file.prepare("INSERT INTO files VALUES (?, ?)").run(sha256, new Uint8Array(70_000));
    file.close();
    const stores = await openSqlite(directory);
    const [kept, ...others] = await stores.files.list();
    expect([kept?.sha256, kept?.bytes, others]).toStrictEqual([sha256, 70_000, []]);
    // To the second.
    expect(kept?.usedAtMs).toBeGreaterThan(before - 1_000);
    expect(await stores.files.remove(sha256, Infinity, before)).toBe(true);
    expect(await stores.files.get(sha256)).toBe(undefined);
    await stores.close();
  });

  test("a document that this version cannot read is named in the error", async () => {
    const stores = await openSqlite(directory);
    await stores.scenarios.create(aScenario());
    await stores.seconds.put([aMinute()]);
    const file = openFile();
    file.exec(`UPDATE scenarios SET scenario = '{"id":1}'; UPDATE minutes SET frame = x'0000'`);
    file.close();
    await expect(stores.scenarios.get("scenario-1")).rejects.toMatchObject({
      code: "STORE_UNREADABLE",
      message: "the store's copy of scenario scenario-1 cannot be read",
    });
    await expect(stores.seconds.read("run-1", 0, 0)).rejects.toMatchObject({
      code: "STORE_UNREADABLE",
      message: "the store's copy of minute 0 of run run-1 cannot be read",
    });
    await stores.close();
  });
});
