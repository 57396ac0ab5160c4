import { mkdtemp, rm } from "node:fs/promises";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { threadIds } from "@onrush/worker/agent/threadPriority.ts";
import { expect, onTestFinished, test } from "vitest";
import { waitUntil } from "../chaos/waitUntil.ts";
import { childPids } from "./childPids.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { startTarget } from "./platforms.ts";

/** Of the engine threads of a worker; empty before they are there. */
const enginePriorities = (pid: number) => threadIds(true, pid).map((id) => getPriority(id));

test.runIf(process.platform === "linux")(
  "an embedded controller gives way to the engine threads, also to those of a new worker",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
    const target = await startTarget("known");
    const args = ["quick", `${target.url}/`, "--rps", "20", "--duration", "600s", "--update", "1s"];
    const running = new OnrushProcess(args, {
      ...{ ONRUSH_DATA: folder, WORKERS: "1", WORKER_THREADS: "1" },
    });
    onTestFinished(async () => {
      await running.end("SIGKILL");
      await target.stop();
      await rm(folder, { recursive: true, force: true });
    });
    await running.waitFor(/^Total:/m);
    const own = getPriority();
    const controller = getPriority(running.pid);
    expect(controller).toBeGreaterThan(own);
    const [worker] = await childPids(running.pid);
    expect(enginePriorities(worker as number)).toEqual([own]);

    process.kill(worker as number, "SIGKILL");
    await waitUntil("a new worker has its engine thread", async () => {
      const [next] = await childPids(running.pid);
      return next !== undefined && next !== worker && enginePriorities(next).length === 1;
    });
    const [next] = await childPids(running.pid);
    // Only root may let a process come before the one that has started it.
    const expected = process.getuid?.() === 0 ? own : controller;
    expect(enginePriorities(next as number)).toEqual([expected]);
  },
);
