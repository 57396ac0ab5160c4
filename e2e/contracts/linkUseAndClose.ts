/** Uses every port over Redis and closes; `linkRedis.test.ts` sees whether the process then ends. */
import { openRedisBench } from "./linkBench.ts";
import { sampleHeartbeat, sampleTask, stopCommand } from "./linkSamples.ts";

const bench = await openRedisBench(process.argv[2] ?? "");
const worker = await bench.addWorker();
const taken = Promise.withResolvers<void>();
const read = Promise.withResolvers<void>();
const heard = Promise.withResolvers<void>();
await worker.tasks.consume("a", async () => taken.resolve());
await worker.commands.subscribe(() => heard.resolve());
bench.controller.reports.read("run", "0", () => read.resolve());
await bench.controller.tasks.assign("a", sampleTask("run"));
await bench.controller.control.send(stopCommand("run", 1));
await worker.reports.append("run", Uint8Array.of(1));
await worker.directory.beat(sampleHeartbeat("a"));
await Promise.all([taken.promise, read.promise, heard.promise]);
await bench.close();
