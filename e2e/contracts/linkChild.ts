/** A worker process for `linkChildProcess.test.ts`: reports what it hears, ends on `abort`. */
import { createLocalControllerLink } from "@onrush/worker/agent/local/localControllerLink.ts";
import { parentChannel } from "@onrush/worker/agent/local/parentChannel.ts";
import { sampleHeartbeat } from "./linkSamples.ts";

const link = createLocalControllerLink(parentChannel());
link.onLost(() => {
  process.exitCode = 7;
});
await link.tasks.consume("child", async (task) => {
  // A view into a larger buffer: only its own bytes may travel.
  const bytes = Uint8Array.of(0, ...new TextEncoder().encode(task.share), 0).subarray(1, -1);
  await link.reports.append(task.runId, bytes);
});
await link.commands.subscribe((command) => {
  if (command.type === "abort") void link.directory.leave("child").then(() => link.close());
});
await link.directory.beat(sampleHeartbeat("child", { pid: process.pid }));
