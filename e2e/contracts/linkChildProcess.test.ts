import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { childChannel } from "@onrush/controller/platform/local/childChannel.ts";
import {
  createLocalWorkerLink,
  type LocalWorkerLink,
} from "@onrush/controller/platform/local/localWorkerLink.ts";
import { eventually } from "./linkEventually.ts";
import { sampleTask } from "./linkSamples.ts";

const CHILD = fileURLToPath(new URL("./linkChild.ts", import.meta.url));

describe("the local link to a child process", () => {
  let link: LocalWorkerLink;
  let child: ChildProcess;
  beforeEach(async () => {
    link = createLocalWorkerLink();
    child = fork(CHILD, { serialization: "advanced", execArgv: [] });
    link.attach(childChannel(child));
    await eventually(async () => expect(await link.directory.list()).toHaveLength(1));
  });
  afterEach(async () => {
    await link.close();
    child.kill("SIGKILL");
  });

  it("carries heartbeats, tasks and exact bytes, and the child ends by itself", async () => {
    const [listed] = await link.directory.list();
    expect(listed).toMatchObject({ workerId: "child", pid: child.pid });
    const seen: string[] = [];
    const stop = link.reports.read("run", "0", (entries) => {
      seen.push(...entries.map(({ bytes }) => new TextDecoder().decode(bytes)));
    });
    await link.tasks.assign("child", sampleTask("run", "0/41"));
    await link.tasks.assign("child", sampleTask("run", "0/42"));
    await eventually(() => expect(seen).toEqual(["0/41", "0/42"]));
    await stop();
    await link.control.send({ type: "abort", runId: "run", token: 1 });
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(await link.directory.list()).toEqual([]);
  });

  it("tells the child when the controller is gone", async () => {
    await link.close();
    expect(await once(child, "exit")).toEqual([7, null]);
  });

  it("keeps a killed child in the directory until its heartbeats are too old", async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    await link.tasks.assign("child", sampleTask("run"));
    expect(await link.directory.list()).toHaveLength(1);
  });
});
