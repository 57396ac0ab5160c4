import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { MemoryFileStore, MemoryScenarioStore } from "../http/testServer.ts";
import { createLogger } from "../platform/logger.ts";
import type { StoredRun } from "../runs/runStore.ts";
import { FILE_GRACE_MS, type FileLimits, KeptFiles } from "./keptFiles.ts";

const DAY_MS = 86_400_000;
const START_MS = 100 * DAY_MS;
const ofBytes = (bytes: number) => new Uint8Array(bytes);

let store: MemoryFileStore;
let scenarios: MemoryScenarioStore;
let active: StoredRun[];
let nowMs: number;
beforeEach(() => {
  [store, scenarios, active, nowMs] = [
    new MemoryFileStore(),
    new MemoryScenarioStore(),
    [],
    START_MS,
  ];
});

const keep = (limits: Partial<FileLimits>) =>
  new KeptFiles({
    ...{ store, scenarios, limits: { days: 0, bytes: 0, ...limits } },
    runs: { active: () => Promise.resolve(active) },
    time: { nowMs: () => nowMs },
    logger: createLogger({ level: "silent" }),
  });
const naming = (...names: string[]) => {
  const files = Object.fromEntries(names.map((sha256) => [sha256, { sha256, bytes: 1 }]));
  return { id: `names ${names.join()}`, files } as unknown as StoredScenario;
};
const nameIt = (...names: string[]) => scenarios.create(naming(...names));
const runIt = (...names: string[]) => active.push({ scenario: naming(...names) } as StoredRun);
const left = () => [...store.all.keys()];
const sweep = (files: KeptFiles) => files.sweep(new AbortController().signal);

describe("sweeping", () => {
  test("removes what nobody names a while after its last use, and nothing else", async () => {
    const files = keep({ days: 7 });
    for (const name of ["old", "of a scenario", "of a run", "used again"]) {
      await files.put(name, ofBytes(1));
    }
    await nameIt("of a scenario");
    runIt("of a run");
    nowMs += 7 * DAY_MS;
    await sweep(files);
    expect(left()).toHaveLength(4);
    await files.touch("used again");
    await files.put("new", ofBytes(1));
    nowMs += 1;
    await sweep(files);
    expect(left()).toEqual(["of a scenario", "of a run", "used again", "new"]);
    active = [];
    await sweep(files);
    expect(left()).not.toContain("of a run");
  });

  test("removes nothing where files stay for ever", async () => {
    const files = keep({});
    await files.put("old", ofBytes(1));
    nowMs += 10_000 * DAY_MS;
    await sweep(files);
    expect(left()).toEqual(["old"]);
  });

  test("removes nothing when it cannot be known who names what", async () => {
    const files = keep({ days: 7 });
    await files.put("old", ofBytes(1));
    nowMs += 8 * DAY_MS;
    scenarios.namedFiles = () => {
      throw new Error("a scenario cannot be read");
    };
    await expect(sweep(files)).rejects.toThrow();
    expect(left()).toEqual(["old"]);
  });

  test("reads no scenario as long as every file was used lately", async () => {
    const files = keep({ days: 7 });
    await files.put("new", ofBytes(1));
    scenarios.namedFiles = () => expect.unreachable();
    await sweep(files);
    expect(left()).toEqual(["new"]);
  });

  test("stops when it is told to", async () => {
    const files = keep({ days: 7 });
    await files.put("old", ofBytes(1));
    nowMs += 8 * DAY_MS;
    await files.sweep(AbortSignal.abort());
    expect(left()).toEqual(["old"]);
  });

  // A client is told that its file is there, and names it a moment later: whenever the sweep gets
  // its chance in between, the file has to stay.
  test.each(["list", "named", "remove"] as const)(
    "spares a file that is asked for at its step %s and named only after it",
    async (step) => {
      const files = keep({ days: 7 });
      await files.put("old", ofBytes(1));
      nowMs += 8 * DAY_MS;
      let isThere: boolean | undefined;
      const ask = async () => void (isThere ??= await files.touch("old"));
      const { list, remove } = store;
      const namedFiles = scenarios.namedFiles.bind(scenarios);
      if (step === "list") {
        store.list = async () => {
          await ask();
          return list.call(store);
        };
      } else if (step === "named") {
        scenarios.namedFiles = async function* () {
          yield* namedFiles();
          await ask();
        };
      } else {
        store.remove = async (sha256, usedAtMs) => {
          await ask();
          return remove.call(store, sha256, usedAtMs);
        };
      }
      await sweep(files);
      expect(isThere).toBe(true);
      await nameIt("old");
      expect(left()).toEqual(["old"]);
    },
  );
});

describe("the limit of bytes", () => {
  const full = { status: 507, message: expect.stringContaining("FILES_MAX_MB") as string };

  test("is reached to the byte, and no file goes beyond it", async () => {
    const files = keep({ bytes: 100 });
    await files.put("a", ofBytes(60));
    await files.put("b", ofBytes(40));
    await expect(files.put("c", ofBytes(1))).rejects.toMatchObject(full);
    expect([left(), await files.totalBytes()]).toEqual([["a", "b"], 100]);
  });

  test("does not concern what is there already", async () => {
    const files = keep({ bytes: 100 });
    await files.put("a", ofBytes(100));
    await files.put("a", ofBytes(100));
    expect(left()).toEqual(["a"]);
  });

  test("makes the oldest give way that nobody names, also before their time", async () => {
    const files = keep({ days: 7, bytes: 100 });
    await nameIt("named");
    for (const name of ["named", "older", "old", "newer"]) {
      await files.put(name, ofBytes(25));
      nowMs += 1;
    }
    nowMs += FILE_GRACE_MS;
    await files.put("new", ofBytes(26));
    expect(left()).toEqual(["named", "newer", "new"]);
  });

  test("leaves what was just used, as its scenario may be on the way", async () => {
    const files = keep({ bytes: 100 });
    await files.put("old", ofBytes(60));
    nowMs += FILE_GRACE_MS;
    await expect(files.put("new", ofBytes(60))).rejects.toMatchObject(full);
    nowMs += 1;
    await files.put("new", ofBytes(60));
    expect(left()).toEqual(["new"]);
  });

  test("removes nothing in vain", async () => {
    const files = keep({ bytes: 100 });
    await files.put("unnamed", ofBytes(10));
    await files.put("named", ofBytes(90));
    await nameIt("named");
    nowMs += FILE_GRACE_MS + 1;
    await expect(files.put("new", ofBytes(20))).rejects.toMatchObject(full);
    expect(left()).toEqual(["unnamed", "named"]);
  });

  test("holds for files that come at the same time", async () => {
    const files = keep({ bytes: 100 });
    const puts = Array.from({ length: 10 }, (_, i) => files.put(`file ${i}`, ofBytes(30)));
    const results = await Promise.allSettled(puts);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(await files.totalBytes()).toBe(90);
  });

  test("counts what could not be stored no longer", async () => {
    const files = keep({ bytes: 100 });
    const { put } = store;
    store.put = () => Promise.reject(new Error("the disk is gone"));
    await expect(files.put("a", ofBytes(100))).rejects.toThrow("the disk is gone");
    store.put = put;
    await files.put("a", ofBytes(100));
    expect(left()).toEqual(["a"]);
  });
});
