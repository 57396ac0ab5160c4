import type { Stores } from "@onrush/controller/platform/stores.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { BASE_MS } from "./storesFixtures.ts";

interface FilesBench {
  stores(): Stores;
  /** More connections to the same data. */
  copies(): Promise<Stores[]>;
}

const sha256 = "ab".repeat(32);
const other = "cd".repeat(32);
const MINUTE_MS = 60_000;

/** What every store of files keeps to. */
export function describeFiles({ stores, copies }: FilesBench): void {
  describe("files", () => {
    let files: Stores["files"];
    beforeEach(() => {
      files = stores().files;
    });

    const isThere = async (hash: string, bytes: Uint8Array) => {
      const read = await files.get(hash);
      return read !== undefined && Buffer.from(read).equals(bytes);
    };
    const uses = async () =>
      (await files.list()).map(({ sha256: hash, usedAtMs }) => [hash, usedAtMs - BASE_MS]);

    test.each([0, 1, 8_000_000, 20_000_000])("of %i bytes come back as they went", async (size) => {
      const bytes = new Uint8Array(size).map((_, i) => (i * 31) >> 3);
      expect(await files.get(sha256)).toBe(undefined);
      await files.put(sha256, bytes, BASE_MS);
      expect(await isThere(sha256, bytes)).toBe(true);
      expect(await files.list()).toEqual([{ sha256, bytes: size, usedAtMs: BASE_MS }]);
    });

    test("may be put again, also by others at the same time", async () => {
      const all = await copies();
      const bytes = Uint8Array.of(1, 2, 3);
      await Promise.all(all.map((copy, i) => copy.files.put(sha256, bytes, BASE_MS + i)));
      await files.put(sha256, bytes, BASE_MS);
      expect(await isThere(sha256, bytes)).toBe(true);
      expect(await files.get(other)).toBe(undefined);
      expect(await files.totalBytes()).toBe(3);
    });

    test("know when they were used last, whoever tells first", async () => {
      await files.put(sha256, Uint8Array.of(1), BASE_MS + 1);
      await files.put(other, Uint8Array.of(2), BASE_MS + 2);
      expect(await uses()).toEqual([
        [sha256, 1],
        [other, 2],
      ]);
      expect(await files.touch(sha256, BASE_MS + 5.5)).toBe(true);
      expect(await files.touch(sha256, BASE_MS + 4)).toBe(true);
      await files.put(other, Uint8Array.of(2), BASE_MS + 3);
      expect(await uses()).toEqual([
        [other, 3],
        [sha256, 5.5],
      ]);
    });

    test("that are not there cannot be used or removed", async () => {
      expect(await files.touch(sha256, BASE_MS)).toBe(false);
      expect(await files.remove(sha256, BASE_MS, BASE_MS)).toBe(false);
      expect([await files.list(), await files.totalBytes()]).toEqual([[], 0]);
    });

    test("add up to what they take", async () => {
      await files.put(sha256, new Uint8Array(9_000_000), BASE_MS);
      await files.put(other, new Uint8Array(500), BASE_MS);
      expect(await files.totalBytes()).toBe(9_000_500);
      await files.remove(sha256, BASE_MS, BASE_MS);
      expect(await files.totalBytes()).toBe(500);
    });

    test("are removed once, whoever tries, and can be put again", async () => {
      const bytes = new Uint8Array(17_000_000).fill(7);
      await files.put(sha256, bytes, BASE_MS);
      const all = await copies();
      const removed = await Promise.all(
        all.map((copy) => copy.files.remove(sha256, BASE_MS, BASE_MS)),
      );
      expect(removed.filter(Boolean)).toHaveLength(1);
      expect([await files.get(sha256), await files.list()]).toEqual([undefined, []]);
      expect(await files.touch(sha256, BASE_MS)).toBe(false);
      await files.put(sha256, bytes, BASE_MS);
      expect(await isThere(sha256, bytes)).toBe(true);
    });

    test("stay when they were used after they were found unused", async () => {
      await files.put(sha256, Uint8Array.of(1), BASE_MS);
      await files.touch(sha256, BASE_MS + 1);
      expect(await files.remove(sha256, BASE_MS, BASE_MS + 2)).toBe(false);
      expect(await isThere(sha256, Uint8Array.of(1))).toBe(true);
    });

    test("are whole or not there while some put and others remove them", async () => {
      const all = await copies();
      const bytes = new Uint8Array(9_000_000).fill(5);
      for (let round = 0; round < 4; round++) {
        const nowMs = BASE_MS + round;
        await Promise.all(
          all.map(({ files: each }, i) =>
            i % 2 === 0 ? each.put(sha256, bytes, nowMs) : each.remove(sha256, nowMs, nowMs),
          ),
        );
        const there = await files.touch(sha256, nowMs);
        expect(await isThere(sha256, bytes)).toBe(there);
      }
    });

    test("that broke off on the way are not there, and can be put again", async () => {
      const bytes = new Uint8Array(9_000_000).fill(3);
      await expect(files.put(sha256, breakingOff(bytes), BASE_MS)).rejects.toThrow();
      expect([await files.get(sha256), await files.totalBytes()]).toEqual([undefined, 0]);
      await files.put(sha256, bytes, BASE_MS);
      await files.clearRemains(BASE_MS + MINUTE_MS);
      expect(await isThere(sha256, bytes)).toBe(true);
    });
  });
}

/** Bytes that can be read once only: there is no second part. */
export function breakingOff(bytes: Uint8Array): Uint8Array {
  const first = bytes.subarray.bind(bytes);
  let reads = 0;
  return new Proxy(bytes, {
    get(target, name) {
      if (name !== "subarray") return Reflect.get(target, name) as unknown;
      return (...range: [number, number]) => {
        if (++reads > 1) throw new Error("the upload broke off");
        return first(...range);
      };
    },
  });
}
