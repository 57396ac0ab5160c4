import { describe, expect, it } from "vitest";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { ControllerLink } from "@onrush/worker/agent/ports.ts";
import type { LinkBench } from "./linkBench.ts";
import { eventually } from "./linkEventually.ts";
import { sampleTask } from "./linkSamples.ts";

async function collect(worker: ControllerLink, workerId: string): Promise<Task[]> {
  const taken: Task[] = [];
  await worker.tasks.consume(workerId, async (task) => void taken.push(task));
  return taken;
}

const names = (tasks: readonly Task[]) => tasks.map(({ runId, share }) => `${runId} ${share}`);

export function taskSuite(bench: () => LinkBench): void {
  describe("tasks", () => {
    it("arrive once, in order and unchanged", async () => {
      const taken = await collect(await bench().addWorker(), "worker:1");
      const tasks = Array.from({ length: 30 }, (_, part) => sampleTask("run", `0/${part}`));
      for (const task of tasks) await bench().controller.tasks.assign("worker:1", task);
      await bench().controller.tasks.assign("worker:1", sampleTask("last"));
      await eventually(() => expect(names(taken)).toContain("last 0/0"));
      expect(taken).toEqual([...tasks, sampleTask("last")]);
    });

    it("assigned before the worker consumes arrive when it does", async () => {
      const worker = await bench().addWorker();
      for (const share of ["0/0", "0/1", "0/2"]) {
        await bench().controller.tasks.assign("a", sampleTask("run", share));
      }
      const taken = await collect(worker, "a");
      await eventually(() => expect(names(taken)).toEqual(["run 0/0", "run 0/1", "run 0/2"]));
    });

    it("go to their worker only", async () => {
      const [a, b] = await Promise.all([bench().addWorker(), bench().addWorker()]);
      const [ofA, ofB] = [await collect(a, "a"), await collect(b, "b")];
      await bench().controller.tasks.assign("a", sampleTask("run", "0/0"));
      await bench().controller.tasks.assign("b", sampleTask("run", "0/1"));
      await eventually(() => expect([ofA.length, ofB.length]).toEqual([1, 1]));
      expect(names([...ofA, ...ofB])).toEqual(["run 0/0", "run 0/1"]);
    });

    it("are all taken at once, without waiting for one another", async () => {
      const worker = await bench().addWorker();
      const { promise: barrier, resolve: lift } = Promise.withResolvers<void>();
      let waiting = 0;
      await worker.tasks.consume("a", async () => {
        waiting++;
        await barrier;
      });
      for (let part = 0; part < 50; part++) {
        await bench().controller.tasks.assign("a", sampleTask("run", `0/${part}`));
      }
      await eventually(() => expect(waiting).toBe(50));
      lift();
    });

    it("of a discarded run do not arrive, those of other runs do", async () => {
      const { controller } = bench();
      const worker = await bench().addWorker();
      for (const runId of ["gone", "kept", "gone"]) {
        await controller.tasks.assign("a", sampleTask(runId));
      }
      await controller.tasks.discard("a", "gone");
      const taken = await collect(worker, "a");
      await controller.tasks.assign("a", sampleTask("last"));
      await eventually(() => expect(names(taken)).toEqual(["kept 0/0", "last 0/0"]));
    });

    it("that could not be taken are told of and not handed out again", async () => {
      const worker = await bench().addWorker();
      const seen: string[] = [];
      await worker.tasks.consume("a", async ({ runId }) => {
        seen.push(runId);
        if (runId === "bad") throw new Error("cannot compile");
      });
      await bench().controller.tasks.assign("a", sampleTask("bad"));
      await bench().controller.tasks.assign("a", sampleTask("good"));
      await eventually(() => expect(seen).toEqual(["bad", "good"]));
      await eventually(() => expect(bench().warnings.join()).toContain("cannot compile"));
    });

    it("discarding where nothing waits changes nothing", async () => {
      await expect(bench().controller.tasks.discard("nobody", "run")).resolves.toBeUndefined();
    });
  });
}
