import type { StoredMinute } from "@onrush/controller/results/secondStore.ts";
import type { StoredRun } from "@onrush/controller/runs/runStore.ts";
import type { Stores } from "@onrush/controller/platform/stores.ts";
import type { PageQuery } from "@onrush/shared/api/scenarioApi.ts";
import { encodeFrame } from "@onrush/shared/wire/frame.ts";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { startBackends, type Place } from "./storesBackends.ts";
import {
  aHugeMinute,
  aMinute,
  aRun,
  aScenario,
  aSecond,
  aSecondOf,
  aStep,
  aView,
  BASE_MS,
  isoTime,
} from "./storesFixtures.ts";

import { describeFiles } from "./storesFiles.suite.ts";

const ALL: PageQuery = { limit: 500, offset: 0 };
const MINUTES = [0, Number.MAX_SAFE_INTEGER] as const;
const MEGABYTE = 1_048_576;

const hardTexts: [what: string, text: string][] = [
  ["letters of many scripts", "Größe Ελλάδα Київ 東京 עברית हिन्दी"],
  ["characters outside the basic plane", "🚀👩‍👩‍👧‍👦𝒳"],
  ["both forms of an accent", "\u00e9 e\u0301"],
  ["control characters and NUL", "a\u0000b\u0001\t\r\n"],
  ["half a surrogate pair", "\ud83d and \udc00"],
  ["what databases treat as syntax", `$set 'quoted' "too" ; DROP TABLE runs; -- { $gt: "" }`],
];

const idsOf = (runs: StoredRun[]) => runs.map(({ id }) => id);

const responsesOf = (minutes: StoredMinute[]) =>
  Buffer.concat(
    minutes
      .flatMap(({ seconds }) => seconds)
      .flatMap(({ workloads }) => workloads)
      .flatMap(({ steps }) => steps.map(({ response }) => response)),
  );

const backends = await startBackends();

afterAll(async () => {
  for (const backend of backends) await backend.stop();
});

const isCi = (process.env["CI"] ?? "") !== "";
for (const { name, unavailable } of backends) {
  if (unavailable === undefined) continue;
  if (isCi) test(`${name} is available`, () => expect.unreachable(unavailable));
  else test.skip(unavailable, () => {});
}

describe.each(backends.filter(({ unavailable }) => unavailable === undefined))(
  "the stores in $name",
  (backend) => {
    let place: Place;
    const opened: Stores[] = [];
    let stores: Stores;

    const open = async (): Promise<Stores> => {
      const another = await place.open();
      opened.push(another);
      return another;
    };

    beforeEach(async () => {
      place = backend.createPlace();
      stores = await open();
    });

    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
      await place.remove();
    });

    const fiveCopies = () => Promise.all(Array.from({ length: 5 }, open));

    describe("scenarios", () => {
      test("what was created is read back as it was", async () => {
        const scenario = aScenario();
        await stores.scenarios.create(scenario);
        expect(await stores.scenarios.get(scenario.id)).toStrictEqual(scenario);
      });

      test("an unknown id is undefined, cannot be replaced and cannot be removed", async () => {
        await stores.scenarios.create(aScenario({ id: "known" }));
        expect(await stores.scenarios.get("unknown")).toBeUndefined();
        expect(await stores.scenarios.replace(aScenario({ id: "unknown" }))).toBe(false);
        expect(await stores.scenarios.remove("unknown")).toBe(false);
        const { items, total } = await stores.scenarios.list(ALL);
        expect([items.map(({ id }) => id), total]).toStrictEqual([["known"], 1]);
      });

      test("a second one with the same id is refused and the first stays", async () => {
        const scenario = aScenario({ name: "first" });
        await stores.scenarios.create(scenario);
        await expect(stores.scenarios.create(aScenario({ name: "second" }))).rejects.toMatchObject({
          code: "STORE_DUPLICATE",
          message: "scenario scenario-1 is in the store already",
        });
        expect(await stores.scenarios.get(scenario.id)).toStrictEqual(scenario);
      });

      test("replacing replaces the whole document, also what is not there any more", async () => {
        await stores.scenarios.create(aScenario({ description: "to go" }));
        const replacement = aScenario({ name: "Other", updatedAt: isoTime(5_000) });
        expect(await stores.scenarios.replace(replacement)).toBe(true);
        expect(await stores.scenarios.replace(replacement)).toBe(true);
        expect(await stores.scenarios.get("scenario-1")).toStrictEqual(replacement);
      });

      test("a removed one is gone, and only that one", async () => {
        await stores.scenarios.create(aScenario({ id: "a" }));
        await stores.scenarios.create(aScenario({ id: "b" }));
        expect(await stores.scenarios.remove("a")).toBe(true);
        expect(await stores.scenarios.remove("a")).toBe(false);
        expect(await stores.scenarios.get("a")).toBeUndefined();
        expect((await stores.scenarios.list(ALL)).total).toBe(1);
      });

      test("an empty store lists nothing", async () => {
        expect(await stores.scenarios.list(ALL)).toStrictEqual({ items: [], total: 0 });
      });

      test("the newest are first, whatever the precision of their times", async () => {
        const times = {
          second: "2026-11-03T12:00:02Z",
          oldest: "2026-11-03T12:00:01.999Z",
          newest: "2026-11-03T12:00:02.5Z",
        };
        for (const [id, createdAt] of Object.entries(times)) {
          await stores.scenarios.create(aScenario({ id, createdAt }));
        }
        const { items } = await stores.scenarios.list(ALL);
        expect(items.map(({ id }) => id)).toStrictEqual(["newest", "second", "oldest"]);
      });

      test("pages neither repeat nor miss one, even when all are of the same moment", async () => {
        const ids = Array.from({ length: 7 }, (_, i) => `s${(i * 3) % 7}`);
        for (const id of ids) await stores.scenarios.create(aScenario({ id }));
        const pages = await Promise.all(
          [0, 3, 6, 9].map((offset) => stores.scenarios.list({ limit: 3, offset })),
        );
        expect(pages.map(({ items }) => items.length)).toStrictEqual([3, 3, 1, 0]);
        expect(pages.map(({ total }) => total)).toStrictEqual([7, 7, 7, 7]);
        const listed = pages.flatMap(({ items }) => items.map(({ id }) => id));
        expect(listed).toStrictEqual(ids.toSorted().toReversed());
      });

      test.each(hardTexts)("%s come back unchanged, as values and as keys", async (_what, text) => {
        const scenario = aScenario({
          description: `said ${text} end`,
          ownerId: text,
          body: { [text]: [text], "a.b": { $gt: 1, "": null } },
          headers: { "X.Dotted$Name": "1" },
        });
        await stores.scenarios.create(scenario);
        expect(await stores.scenarios.get(scenario.id)).toStrictEqual(scenario);
        expect((await stores.scenarios.list(ALL)).items).toStrictEqual([scenario]);
      });

      test("a document of more than 1 MB comes back whole", async () => {
        const scenario = aScenario({ body: "ä€🚀.".repeat(MEGABYTE / 10) });
        await stores.scenarios.create(scenario);
        expect(await stores.scenarios.get(scenario.id)).toStrictEqual(scenario);
      });

      test("tell which files they name, all of them and nobody else's", async () => {
        const named = async () => (await Array.fromAsync(stores.scenarios.namedFiles())).toSorted();
        const hash = (n: number) => String(n).padStart(64, "0");
        const files = (...numbers: number[]) =>
          Object.fromEntries(
            numbers.map((n) => [`a.b/"$${n}".csv`, { sha256: hash(n), bytes: n }]),
          );
        expect(await named()).toStrictEqual([]);
        await stores.scenarios.create(aScenario({ id: "none" }));
        await stores.scenarios.create(aScenario({ id: "empty", files: {} }));
        await stores.scenarios.create(aScenario({ id: "two", files: files(1, 2) }));
        for (let n = 3; n <= 50; n++) {
          await stores.scenarios.create(aScenario({ id: `s${n}`, files: files(n) }));
        }
        const all = Array.from({ length: 50 }, (_, i) => hash(i + 1));
        expect(await named()).toStrictEqual(all);
        await stores.scenarios.replace(aScenario({ id: "two", files: files(2) }));
        await stores.scenarios.remove("s50");
        expect(await named()).toStrictEqual(all.slice(1, -1));
      });

      test("tell of files also while others come and go", async () => {
        const sha256 = (n: number) => String(n).padStart(64, "0");
        for (let n = 100; n < 160; n++) {
          const files = { "a.csv": { sha256: sha256(n), bytes: 1 } };
          await stores.scenarios.create(aScenario({ id: `s${n}`, files }));
        }
        const named = new Set<string>();
        let removed = 100;
        for await (const hash of stores.scenarios.namedFiles()) {
          named.add(hash);
          if (removed < 115) await stores.scenarios.remove(`s${removed++}`);
        }
        const stayed = Array.from({ length: 45 }, (_, i) => sha256(115 + i));
        expect(stayed.filter((hash) => !named.has(hash))).toStrictEqual([]);
      });
    });

    describe("runs", () => {
      test("what was created is read back as it was", async () => {
        const run = aRun({ startAtUs: BASE_MS * 1_000 + 123_456, streamPosition: "1762-3" });
        await stores.runs.create(run);
        expect(await stores.runs.get(run.id)).toStrictEqual(run);
      });

      test("a second one with the same id is refused and the first stays", async () => {
        const run = aRun();
        await stores.runs.create(run);
        await expect(stores.runs.create(aRun({ token: 9 }))).rejects.toMatchObject({
          code: "STORE_DUPLICATE",
        });
        expect(await stores.runs.get(run.id)).toStrictEqual(run);
      });

      test("an unknown id is undefined, cannot be updated and cannot be removed", async () => {
        expect(await stores.runs.get("unknown")).toBeUndefined();
        expect(await stores.runs.update(aRun({ id: "unknown", version: 1 }))).toBe(false);
        expect(await stores.runs.remove("unknown")).toBe(false);
        expect(await stores.runs.latest("unknown")).toBeUndefined();
        expect(await stores.runs.list(ALL, "unknown")).toStrictEqual({ items: [], total: 0 });
        expect(await stores.runs.list(ALL)).toStrictEqual({ items: [], total: 0 });
        expect(await stores.runs.active()).toStrictEqual([]);
      });

      test("lists are newest first, of all or of one scenario, with the total of each", async () => {
        const ages = { r3: 3, r1: 1, r4: 4, r2: 2, r0: 0 };
        for (const [id, age] of Object.entries(ages)) {
          const scenarioId = age % 2 === 0 ? "even" : "odd";
          await stores.runs.create(aRun({ id, scenarioId, createdAtMs: BASE_MS - age }));
        }
        const all = await stores.runs.list({ limit: 2, offset: 1 });
        expect([idsOf(all.items), all.total]).toStrictEqual([["r1", "r2"], 5]);
        const even = await stores.runs.list({ limit: 2, offset: 1 }, "even");
        expect([idsOf(even.items), even.total]).toStrictEqual([["r2", "r4"], 3]);
        expect((await stores.runs.latest("odd"))?.id).toBe("r1");
      });

      test("pages neither repeat nor miss one, even when all are of the same moment", async () => {
        const ids = Array.from({ length: 7 }, (_, i) => `r${(i * 3) % 7}`);
        for (const id of ids) await stores.runs.create(aRun({ id }));
        const pages = await Promise.all(
          [0, 3, 6].map((offset) => stores.runs.list({ limit: 3, offset }, "scenario-1")),
        );
        const listed = pages.flatMap(({ items }) => idsOf(items));
        expect(listed).toStrictEqual(ids.toSorted().toReversed());
      });

      test("active runs are listed oldest first, and no more once they have ended", async () => {
        await stores.runs.create(aRun({ id: "younger", createdAtMs: BASE_MS + 1 }));
        await stores.runs.create(aRun({ id: "older", createdAtMs: BASE_MS }));
        await stores.runs.create(aRun({ id: "ended", createdAtMs: BASE_MS, active: false }));
        expect(idsOf(await stores.runs.active())).toStrictEqual(["older", "younger"]);
        const ended = aRun({ id: "older", version: 2, active: false });
        expect(await stores.runs.update(ended)).toBe(true);
        expect(idsOf(await stores.runs.active())).toStrictEqual(["younger"]);
      });

      test("runs that wait in line are listed oldest first, and none that is placed", async () => {
        const waiting = (id: string, age: number) =>
          stores.runs.create(aRun({ id, createdAtMs: BASE_MS - age, view: aView({ id }) }));
        await waiting("younger", 1);
        await waiting("oldest", 3);
        await waiting("older", 2);
        await stores.runs.create(aRun({ id: "ended", active: false }));
        expect(await stores.runs.queued()).toStrictEqual(["oldest", "older", "younger"]);
        const view = aView({ id: "oldest", state: "PREPARING" });
        expect(await stores.runs.update(aRun({ id: "oldest", version: 2, view }))).toBe(true);
        expect(await stores.runs.queued()).toStrictEqual(["older", "younger"]);
      });

      test("ended runs are listed with when they ended, the first one first", async () => {
        const ended = (id: string, endedAt: string | null) =>
          aRun({ id, active: false, view: aView({ id, endedAt }) });
        await stores.runs.create(aRun({ id: "active" }));
        await stores.runs.create(ended("last", isoTime(9_000)));
        await stores.runs.create(ended("first", isoTime(-5_000)));
        // Where nobody knows, when it was created has to do.
        await stores.runs.create(ended("b", null));
        await stores.runs.create(ended("a", null));
        expect(await stores.runs.ended()).toStrictEqual([
          { id: "first", endedAtMs: BASE_MS - 5_000 },
          { id: "a", endedAtMs: BASE_MS },
          { id: "b", endedAtMs: BASE_MS },
          { id: "last", endedAtMs: BASE_MS + 9_000 },
        ]);
        const view = aView({ id: "active", endedAt: isoTime(1_000) });
        await stores.runs.update(aRun({ id: "active", version: 2, active: false, view }));
        const now = await stores.runs.ended();
        expect(now.map(({ id }) => id)).toStrictEqual(["first", "a", "b", "active", "last"]);
      });

      test("of several who remove the same run one does, and its seconds are gone", async () => {
        await stores.runs.create(aRun({ active: false }));
        await stores.seconds.put([aMinute()]);
        const copies = await fiveCopies();
        const answers = await Promise.all(copies.map(({ runs }) => runs.remove("run-1")));
        expect(answers.filter(Boolean)).toHaveLength(1);
        expect(await stores.runs.ended()).toStrictEqual([]);
        expect(await stores.seconds.read("run-1", ...MINUTES)).toStrictEqual([]);
      });

      test("an update replaces every field", async () => {
        await stores.runs.create(aRun());
        const updated = aRun({
          scenarioId: "scenario-2",
          createdAtMs: BASE_MS + 1,
          active: false,
          token: 3,
          version: 2,
          streamPosition: "77-0",
          startAtUs: 1_762_171_200_000_001,
          view: aView({ state: "FAILED", endedAt: isoTime(), queuePosition: null }),
        });
        expect(await stores.runs.update(updated)).toBe(true);
        expect(await stores.runs.get("run-1")).toStrictEqual(updated);
      });

      test.each([
        ["the same version", { version: 5, token: 7 }, false],
        ["an older version", { version: 4, token: 7 }, false],
        ["a skipped version", { version: 7, token: 7 }, false],
        ["a lower token", { version: 6, token: 6 }, false],
        ["a lower token and the same version", { version: 5, token: 6 }, false],
        ["the next version and the same token", { version: 6, token: 7 }, true],
        ["the next version and a higher token", { version: 6, token: 8 }, true],
      ])(
        "over version 5 of token 7, an update with %s: %o is %s",
        async (_what, over, expected) => {
          const before = aRun({ version: 5, token: 7 });
          await stores.runs.create(before);
          const update = aRun({ ...over, streamPosition: "moved" });
          expect(await stores.runs.update(update)).toBe(expected);
          expect(await stores.runs.get("run-1")).toStrictEqual(expected ? update : before);
        },
      );

      test("exactly one of 20 concurrent updates to the same version wins", async () => {
        await stores.runs.create(aRun());
        const copies = await fiveCopies();
        const updates = Array.from({ length: 20 }, (_, i) =>
          aRun({ version: 2, streamPosition: `by ${i}` }),
        );
        const answers = await Promise.all(
          updates.map(async (update, i) => copies[i % copies.length]?.runs.update(update)),
        );
        expect(answers.filter((won) => won === true)).toHaveLength(1);
        expect(await stores.runs.get("run-1")).toStrictEqual(updates[answers.indexOf(true)]);
      });

      test("a run with a scenario of more than 1 MB comes back whole", async () => {
        const run = aRun({ scenario: aScenario({ body: "ä€🚀.".repeat(MEGABYTE / 10) }) });
        await stores.runs.create(run);
        expect(await stores.runs.update({ ...run, version: 2 })).toBe(true);
        expect(await stores.runs.get(run.id)).toStrictEqual({ ...run, version: 2 });
      });

      test("removing a run removes its seconds, and those of no other", async () => {
        for (const id of ["run-1", "run-10"]) {
          await stores.runs.create(aRun({ id }));
          await stores.seconds.put([aMinute({ runId: id }), aMinute({ runId: id, minute: 1 })]);
        }
        expect(await stores.runs.remove("run-1")).toBe(true);
        expect(await stores.runs.remove("run-1")).toBe(false);
        expect(await stores.runs.get("run-1")).toBeUndefined();
        expect(await stores.seconds.read("run-1", ...MINUTES)).toStrictEqual([]);
        expect(idsOf((await stores.runs.list(ALL)).items)).toStrictEqual(["run-10"]);
        expect(await stores.seconds.read("run-10", ...MINUTES)).toHaveLength(2);
      });
    });

    describe("seconds", () => {
      test("what was put is read back as it was", async () => {
        const minutes = [aMinute(), aMinute({ minute: 1, token: 2, applied: {}, seconds: [] })];
        expect(await stores.seconds.put(minutes)).toBe(true);
        expect(await stores.seconds.read("run-1", 0, 1)).toStrictEqual(minutes);
      });

      test("bytes come back exactly, every value of them, many and none", async () => {
        const every = Uint8Array.from({ length: 256 }, (_, i) => i);
        const many = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251);
        const steps = [every, new Uint8Array(), many].map((bytes, i) => aStep(i, bytes));
        const minute = aMinute({ seconds: [aSecondOf(0, steps)] });
        await stores.seconds.put([minute]);
        expect(await stores.seconds.read("run-1", 0, 0)).toStrictEqual([minute]);
      });

      test("a minute of 100 busy steps is stored, though it is more than 16 MB", async () => {
        const minute = aHugeMinute();
        expect(await stores.seconds.put([minute])).toBe(true);
        const read = await stores.seconds.read("run-1", 0, 0);
        expect(encodeFrame(minute).length).toBeGreaterThan(16 * MEGABYTE);
        // At once, as comparing 9 million elements one by one takes seconds.
        expect(responsesOf(read).equals(responsesOf([minute]))).toBe(true);
      });

      test("minutes are read in order and from the first to the last asked for", async () => {
        const minutes = [10, 2, 0, 1, 9].map((minute) => aMinute({ minute }));
        await stores.seconds.put(minutes);
        await stores.seconds.put([aMinute({ runId: "run-10", minute: 3 })]);
        const read = async (from: number, to: number) =>
          (await stores.seconds.read("run-1", from, to)).map(({ minute }) => minute);
        expect(await read(...MINUTES)).toStrictEqual([0, 1, 2, 9, 10]);
        expect(await read(1, 9)).toStrictEqual([1, 2, 9]);
        expect(await read(3, 8)).toStrictEqual([]);
        expect(await read(2, 2)).toStrictEqual([2]);
      });

      test("an unbounded range is every minute, also of a run of hours", async () => {
        const minutes = Array.from({ length: 250 }, (_, minute) =>
          aMinute({ minute, seconds: [] }),
        );
        await stores.seconds.put(minutes);
        expect(await stores.seconds.read("run-1", 0, Infinity)).toStrictEqual(minutes);
      });

      test("an unknown run has no minutes and can be removed", async () => {
        expect(await stores.seconds.read("unknown", ...MINUTES)).toStrictEqual([]);
        await expect(stores.seconds.removeRun("unknown")).resolves.toBeUndefined();
      });

      test("putting nothing succeeds", async () => {
        expect(await stores.seconds.put([])).toBe(true);
      });

      test("a replayed put changes nothing", async () => {
        const minutes = [aMinute(), aMinute({ minute: 1 })];
        await stores.seconds.put(minutes);
        expect(await stores.seconds.put(minutes)).toBe(true);
        expect(await stores.seconds.read("run-1", ...MINUTES)).toStrictEqual(minutes);
      });

      test.each([
        ["an equal token replaces", 5, true],
        ["a higher token replaces", 6, true],
        ["a lower token is refused", 4, false],
      ])("%s", async (_claim, token, expected) => {
        const before = aMinute({ token: 5 });
        await stores.seconds.put([before]);
        const later = aMinute({ token, seconds: [aSecond(0, { rev: 1, partial: true })] });
        expect(await stores.seconds.put([later])).toBe(expected);
        expect(await stores.seconds.read("run-1", 0, 0)).toStrictEqual([expected ? later : before]);
      });

      test("a refused minute does not keep the others of its put from being written", async () => {
        const fenced = aMinute({ minute: 1, token: 5 });
        await stores.seconds.put([aMinute({ minute: 0, token: 4 }), fenced]);
        const puts = [0, 1, 2].map((minute) => aMinute({ minute, token: 4, applied: {} }));
        expect(await stores.seconds.put(puts)).toBe(false);
        const expected = [puts[0], fenced, puts[2]];
        expect(await stores.seconds.read("run-1", ...MINUTES)).toStrictEqual(expected);
      });

      test("of concurrent first puts the one with the highest token stays", async () => {
        const copies = await fiveCopies();
        const puts = Array.from({ length: 20 }, (_, i) => aMinute({ token: ((i * 7) % 20) + 1 }));
        const answers = await Promise.all(
          puts.map(async (minute, i) => copies[i % copies.length]?.seconds.put([minute])),
        );
        const highest = puts.findIndex(({ token }) => token === 20);
        expect(answers[highest]).toBe(true);
        expect(await stores.seconds.read("run-1", 0, 0)).toStrictEqual([puts[highest]]);
      });

      test("concurrent puts with the same token all succeed", async () => {
        const copies = await fiveCopies();
        const answers = await Promise.all(copies.map(({ seconds }) => seconds.put([aMinute()])));
        expect(answers).toStrictEqual([true, true, true, true, true]);
      });

      test("those that were stored after their run was removed are found, and can be removed", async () => {
        await stores.runs.create(aRun({ id: "run-2" }));
        const minutes = ["run-1", "run-2", "run-3"].map((runId) => aMinute({ runId }));
        await stores.seconds.put([...minutes, aMinute({ runId: "run-3", minute: 1 })]);
        expect((await stores.runs.orphans()).sort()).toEqual(["run-1", "run-3"]);
        expect(await stores.runs.remove("run-3")).toBe(false);
        expect(await stores.runs.orphans()).toEqual(["run-1"]);
        expect(await stores.seconds.read("run-2", ...MINUTES)).toHaveLength(1);
      });

      test("the seconds of a run can be removed by themselves", async () => {
        await stores.seconds.put([aMinute(), aMinute({ runId: "run-2" })]);
        await stores.seconds.removeRun("run-1");
        expect(await stores.seconds.read("run-1", ...MINUTES)).toStrictEqual([]);
        expect(await stores.seconds.read("run-2", ...MINUTES)).toHaveLength(1);
      });
    });

    describeFiles({ stores: () => stores, copies: fiveCopies });

    describe("the database", () => {
      test("everything is still there after closing and opening again", async () => {
        await stores.scenarios.create(aScenario());
        await stores.runs.create(aRun());
        await stores.seconds.put([aMinute()]);
        await stores.close();
        const again = await open();
        expect(await again.scenarios.get("scenario-1")).toStrictEqual(aScenario());
        expect(await again.runs.get("run-1")).toStrictEqual(aRun());
        expect(await again.seconds.read("run-1", 0, 0)).toStrictEqual([aMinute()]);
      });

      test("what one connection wrote the other reads", async () => {
        const other = await open();
        await stores.runs.create(aRun());
        expect(await other.runs.update(aRun({ version: 2 }))).toBe(true);
        expect((await stores.runs.get("run-1"))?.version).toBe(2);
      });

      test("a ping is answered, and closing twice is allowed", async () => {
        await expect(stores.ping()).resolves.toBeUndefined();
        await stores.close();
        await expect(stores.close()).resolves.toBeUndefined();
      });
    });
  },
);
