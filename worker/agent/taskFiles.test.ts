import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Task } from "@onrush/shared/wire/task.ts";
import { fileRows } from "../steps/fileRows.ts";
import type { FileSource } from "./ports.ts";
import { TaskFiles } from "./taskFiles.ts";

const csv = Buffer.from("name,n\nAda,1\nZoë,2\n");
const refOf = (bytes: Uint8Array) => ({
  sha256: createHash("sha256").update(bytes).digest("hex"),
  bytes: bytes.length,
});

const taskOf = (change: Partial<Task> = {}) =>
  ({
    ...{ runId: "run", share: "0/0", steps: [] },
    data: { users: { csv: "users.csv", pick: "unique" } },
    files: { "users.csv": refOf(csv) },
    ...change,
  }) as unknown as Task;

/** A source that has what the test gives it, and says how often it was asked. */
function source(answers: (() => Uint8Array | undefined)[]) {
  const asked: [sha256: string, ownerUrl: string | undefined][] = [];
  const read: FileSource["read"] = async (sha256, ownerUrl) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push([sha256, ownerUrl]);
    return answer?.();
  };
  const files = new TaskFiles({
    source: { read },
    ownerUrl: (runId) => `http://owner/${runId}`,
    withinMs: 0,
  });
  return { files, asked };
}

const refuse = () => {
  throw new Error("nobody answers");
};

describe("the files of a worker's shares", () => {
  test("are fetched once, from the run's owner, however many shares use them", async () => {
    const { files, asked } = source([() => csv]);
    const loaded = await Promise.all(
      ["0/0", "0/1", "0/2"].map((share) => files.load(taskOf({ share }))),
    );
    expect(asked).toEqual([[refOf(csv).sha256, "http://owner/run"]]);
    expect(new Set(loaded.map(({ tables }) => tables["users"]?.memory)).size).toBe(1);
    const [table] = loaded.map(({ tables }) => tables["users"]);
    if (table === undefined) return expect.unreachable();
    const rows = fileRows(table);
    expect([0, 1].map((row) => rows.field("name")?.(row))).toEqual(["Ada", "Zoë"]);
    expect([rows.count, rows.field("nothing"), rows.isBare("n")]).toEqual([2, undefined, false]);
  });

  test("read in two ways are fetched once, too", async () => {
    const { files, asked } = source([() => csv]);
    const header: string[] = ["a", "b"];
    const two = { users: { csv: "users.csv" }, plain: { csv: "users.csv", header } };
    const steps = [{ bodyFile: "users.csv" }];
    const loaded = await files.load(taskOf({ data: two, steps } as unknown as Partial<Task>));
    expect([loaded.tables["users"]?.rows, loaded.tables["plain"]?.rows]).toEqual([2, 3]);
    const contents = loaded.contents["users.csv"];
    expect(contents && Buffer.from(contents).equals(csv)).toBe(true);
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  test("are held while a share uses them, and no longer", async () => {
    const { files, asked } = source([() => csv]);
    await files.load(taskOf());
    files.keepFor([taskOf()]);
    await files.load(taskOf());
    expect(asked).toHaveLength(1);
    files.keepFor([]);
    await files.load(taskOf());
    expect(asked).toHaveLength(2);
  });

  test("are bounded together, and make room for others when they are let go", async () => {
    const [a, b] = [Buffer.alloc(600, "a"), Buffer.alloc(600, "b")];
    const contents = new Map([a, b].map((bytes) => [refOf(bytes).sha256, bytes]));
    const files = new TaskFiles({
      source: { read: async (sha256) => contents.get(sha256) },
      ownerUrl: () => undefined,
      maxMb: 0.001,
    });
    const sends = (bytes: Buffer) => {
      const steps = [{ bodyFile: "body" }];
      return taskOf({ data: {}, steps, files: { body: refOf(bytes) } } as unknown as Partial<Task>);
    };
    await files.load(sends(a));
    await expect(files.load(sends(b))).rejects.toThrow(
      /take more than the 0\.001 MB .*WORKER_FILES/,
    );
    expect((await files.load(sends(a))).contents["body"]?.byteLength).toBe(600);
    files.keepFor([sends(b)]);
    expect((await files.load(sends(b))).contents["body"]?.byteLength).toBe(600);
  });

  test.each<[string, () => Uint8Array | undefined, RegExp]>([
    ["not there", () => undefined, /users\.csv is not at the controller: upload it again \(PUT/],
    ["changed on the way", () => Buffer.from("x"), /users\.csv did not arrive as it was uploaded/],
    ["out of reach", refuse, /users\.csv could not be fetched: nobody answers/],
  ])("that are %s are told of by name", async (_name, answer, wanted) => {
    const { files } = source([answer]);
    await expect(files.load(taskOf())).rejects.toThrow(wanted);
  });

  test("that could not be had are asked for again by the next share", async () => {
    const { files } = source([() => undefined, () => csv]);
    await expect(files.load(taskOf())).rejects.toThrow();
    expect((await files.load(taskOf())).tables["users"]?.rows).toBe(2);
  });

  test("that cannot be read are told of with their line", async () => {
    const bad = Buffer.from("a,b\n1\n");
    const { files } = source([() => bad]);
    const task = taskOf({ files: { "users.csv": refOf(bad) } });
    await expect(files.load(task)).rejects.toThrow("the file users.csv, line 2: 1 fields");
  });
});
