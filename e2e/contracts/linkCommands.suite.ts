import { describe, expect, it } from "vitest";
import type { Command } from "@onrush/shared/wire/commands.ts";
import type { ControllerLink } from "@onrush/worker/agent/ports.ts";
import type { LinkBench } from "./linkBench.ts";
import { eventually } from "./linkEventually.ts";
import { heldShare, sampleHeartbeat, startCommand, stopCommand } from "./linkSamples.ts";

async function listen(worker: ControllerLink): Promise<Command[]> {
  const heard: Command[] = [];
  await worker.commands.subscribe((command) => heard.push(command));
  return heard;
}

async function keptOf(worker: ControllerLink, ...runIds: string[]): Promise<Command[]> {
  const shares = runIds.map((runId) => heldShare(runId, "0/0"));
  return (await worker.directory.beat(sampleHeartbeat("a", { shares }))).commands;
}

export function commandSuite(bench: () => LinkBench): void {
  describe("commands", () => {
    it("reach every worker in order", async () => {
      const [a, b] = [await bench().addWorker(), await bench().addWorker()];
      const [heardA, heardB] = [await listen(a), await listen(b)];
      const sent = [startCommand("run", 1), stopCommand("run", 1), startCommand("other", 1)];
      for (const command of sent) await bench().controller.control.send(command);
      await eventually(() => expect([heardA, heardB]).toEqual([sent, sent]));
    });

    it("that were missed come with the next heartbeat's answer", async () => {
      const { control } = bench().controller;
      await control.send(startCommand("run", 3));
      await control.send(stopCommand("run", 3));
      await control.send(startCommand("not-held", 3));
      const kept = await keptOf(await bench().addWorker(), "run", "unknown");
      expect(kept).toHaveLength(2);
      expect(kept).toEqual(expect.arrayContaining([startCommand("run", 3), stopCommand("run", 3)]));
    });

    it("with a lower token than a kept one are neither kept nor sent", async () => {
      const { control } = bench().controller;
      const worker = await bench().addWorker();
      const heard = await listen(worker);
      const sent = [startCommand("run", 10), startCommand("other", 1)];
      await control.send(startCommand("run", 10));
      await control.send(startCommand("run", 9));
      await control.send(stopCommand("run", 2));
      await control.send(startCommand("other", 1));
      await eventually(() => expect(heard).toHaveLength(2));
      expect(heard).toEqual(sent);
      expect(await keptOf(worker, "run")).toEqual([startCommand("run", 10)]);
    });

    it("with an equal or higher token replace the kept one of their type", async () => {
      const { control } = bench().controller;
      await control.send(startCommand("run", 10));
      await control.send({ type: "start", runId: "run", token: 10, startAtUs: 5 });
      await control.send(stopCommand("run", 11));
      const kept = await keptOf(await bench().addWorker(), "run");
      expect(kept).toHaveLength(2);
      expect(kept).toContainEqual({ type: "start", runId: "run", token: 10, startAtUs: 5 });
      expect(kept).toContainEqual(stopCommand("run", 11));
    });

    it("of a released run are forgotten", async () => {
      await bench().controller.control.send(stopCommand("run", 1));
      await bench().controller.directory.release("run");
      expect(await keptOf(await bench().addWorker(), "run")).toEqual([]);
    });
  });
}
