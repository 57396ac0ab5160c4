import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntil } from "../chaos/waitUntil.ts";
import { childPids } from "./childPids.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { startTarget, type TestTarget } from "./platforms.ts";

let folder: string;
let steady: TestTarget;
let silent: TestTarget;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
  steady = await startTarget("known");
  silent = await startTarget("known", "--stall-after-ms", "1", "--stall-ms", "600000");
});
afterAll(async () => {
  await Promise.all([steady?.stop(), silent?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** `onrush quick` with two worker processes, far longer than any test waits. */
function quick(target: TestTarget): OnrushProcess {
  const args = ["quick", `${target.url}/`, "--rps", "20", "--duration", "600s", "--update", "1s"];
  return new OnrushProcess(args, { ONRUSH_DATA: folder, WORKERS: "2", WORKER_THREADS: "1" });
}

/** Every process of the group, workers included, ends without any further word. */
const groupGone = (running: OnrushProcess) =>
  waitUntil("no process of it is left", async () => !running.groupAlive);

test("Ctrl-C once stops the load, reports, and ends with 130 when its workers have ended", async () => {
  const running = quick(steady);
  await running.waitFor(/^Total:/m);
  expect(await childPids(running.pid)).toHaveLength(2);
  expect(await running.end("SIGINT")).toBe(130);
  expect(running.groupAlive).toBe(false);
  expect(running.output).toContain("stopping; Ctrl-C again ends at once");
  expect(running.output).toMatch(/: STOPPED, /);
  expect(running.output).toMatch(/ledger .* scheduled = /);
});

test.each<["SIGINT" | "SIGTERM", to: "group" | "process"]>([
  ["SIGINT", "group"],
  ["SIGINT", "process"],
  ["SIGTERM", "process"],
])(
  "%s twice, to its %s, waits for no answer, tells nothing and leaves nothing",
  async (signal, to) => {
    const running = quick(silent);
    const send = () => (to === "group" ? running.signalGroup(signal) : running.child.kill(signal));
    await running.waitFor(/^Total:/m);
    send();
    await running.waitFor(/stopping; Ctrl-C again ends at once/);
    // Answers are waited for now, for 30 s.
    send();
    expect(await running.exited).toBe(130);
    expect(running.output).not.toMatch(/ledger|STOPPED/);
    await groupGone(running);
  },
);

test("Ctrl-C while it starts leaves nothing, either", async () => {
  const running = quick(steady);
  await waitUntil("its first worker begins", async () => (await childPids(running.pid)).length > 0);
  await running.end("SIGINT");
  await groupGone(running);
});

test("killed hard it leaves no worker", async () => {
  for (const begun of [false, true]) {
    const running = quick(steady);
    await waitUntil("its workers begin", async () => (await childPids(running.pid)).length === 2);
    if (begun) await running.waitFor(/^Total:/m);
    running.child.kill("SIGKILL");
    await groupGone(running);
  }
});

test("the whole platform ends with all its workers: at once when asked twice", async () => {
  for (const times of [1, 2]) {
    const env = { PORT: "0", WORKERS: "2", WORKER_THREADS: "1", ONRUSH_DATA: folder };
    const up = new OnrushProcess(["up"], env);
    await up.waitFor(/is up at/);
    up.signalGroup("SIGINT");
    await up.waitFor(/ending …/);
    if (times === 2) up.signalGroup("SIGINT");
    const code = await up.exited;
    expect([0, 130]).toContain(times === 1 ? code : 130);
    await groupGone(up);
  }
});
