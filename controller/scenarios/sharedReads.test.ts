import { expect, test } from "vitest";
import { SharedReads } from "./sharedReads.ts";

function bench(...answers: (() => Uint8Array | undefined)[]) {
  const loaded: string[] = [];
  const reads = new SharedReads(async (name) => {
    const answer = answers[Math.min(loaded.length, answers.length - 1)];
    loaded.push(name);
    return answer?.();
  });
  return { reads, loaded };
}

test("what many ask for at once is read once, and is one piece of memory", async () => {
  const { reads, loaded } = bench(() => Uint8Array.of(1));
  const all = await Promise.all(["a", "a", "b", "a"].map((name) => reads.read(name)));
  expect(loaded).toEqual(["a", "b"]);
  expect(all[1]).toBe(all[0]);
  expect(all[3]).toBe(all[0]);
  expect(all[2]).not.toBe(all[0]);
});

test("as long as somebody has it, others get the same", async () => {
  const { reads, loaded } = bench(() => Uint8Array.of(1));
  const first = await reads.read("a");
  // A stream that sends it holds it only if it need not make a Buffer of its own.
  expect(Buffer.isBuffer(first)).toBe(true);
  expect(await reads.read("a")).toBe(first);
  expect(loaded).toEqual(["a"]);
});

test("what is not there, or could not be read, is looked for again", async () => {
  const refuse = () => {
    throw new Error("the disk is gone");
  };
  const { reads, loaded } = bench(
    () => undefined,
    refuse,
    () => Uint8Array.of(1),
  );
  expect(await reads.read("a")).toBe(undefined);
  await expect(reads.read("a")).rejects.toThrow("the disk is gone");
  expect(await reads.read("a")).toEqual(Buffer.of(1));
  expect(loaded).toHaveLength(3);
});
