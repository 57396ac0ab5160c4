import { expect, test } from "vitest";
import { chooseCores } from "./machine.ts";
import { childCpuSeconds, findProgram, onCore, runCounted } from "./programs.ts";

test.each([
  ["0m0.00s 0m0.00s\n0m0.22s 0m2.75s\n", 2.97],
  ["0m0.000000s 0m0.000000s\n1m1.500000s 2m0.250000s\n", 181.75],
  ["0m0.001s 0m0.000s\n0m0.010s 0m0.003s", 0.013],
])("the children's line of `times` counts: %j", (text, seconds) => {
  expect(childCpuSeconds(text)).toBeCloseTo(seconds, 9);
});

test("what is not the output of `times` is refused", () => {
  expect(() => childCpuSeconds("0m0.1s 0m0.1s\n")).toThrow(SyntaxError);
});

/** Works in the main thread and in another one, then says what CPU time it knows to have taken. */
const WORKING = `
  const work = () => { let x = 0; for (let i = 0; i < 6e7; i++) x += i % 7; return x; };
  const { Worker } = require("node:worker_threads");
  const other = new Worker("(" + work + ")()", { eval: true });
  work();
  other.on("exit", () => {
    const { user, system } = process.cpuUsage();
    process.stdout.write(String((user + system) / 1e6));
  });
`;

test("a process's CPU time is counted to its end, all threads included", async () => {
  const { output, cpuSeconds } = await runCounted([process.execPath, "-e", WORKING], 60_000);
  // `times` may cut each of its two numbers to hundredths of a second.
  expect(cpuSeconds).toBeGreaterThan(Number(output) - 0.021);
});

test("a command that fails is an error that says how", async () => {
  const failing = ["sh", "-c", "echo no >&2; exit 3"];
  await expect(runCounted(failing, 60_000)).rejects.toThrow(/ended with 3: no/);
});

test("a command that does not end is ended, with its children", async () => {
  await expect(runCounted(["sh", "-c", "sleep 600 | cat"], 200)).rejects.toThrow(/ended with/);
});

test("a command is put on a core only where one is given", () => {
  expect(onCore("0", ["wrk", "-t1"])).toEqual(["taskset", "-c", "0", "wrk", "-t1"]);
  expect(onCore(null, ["wrk", "-t1"])).toEqual(["wrk", "-t1"]);
});

test("generator and target get cores of their own where there are enough", () => {
  expect(chooseCores(2, "/bin/taskset")).toEqual({ generator: "0", target: "1" });
  expect(chooseCores(4, "/bin/taskset", 2)).toEqual({ generator: "0,1", target: "2,3" });
  const nowhere = { generator: null, target: null };
  expect(chooseCores(3, "/bin/taskset", 2)).toEqual(nowhere);
  expect(chooseCores(8, undefined)).toEqual(nowhere);
});

test("programs are found on PATH or not at all", () => {
  expect(findProgram("sh")).toMatch(/\/sh$/);
  expect(findProgram("no-such-program-anywhere")).toBeUndefined();
});
