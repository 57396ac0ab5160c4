import type { RequestResult } from "@onrush/worker/metrics/dueSecond.ts";
import { Recorder } from "@onrush/worker/metrics/recorder.ts";
import { Slot } from "@onrush/worker/engine/slot.ts";
import { monotonicUs } from "@onrush/worker/engine/monotonicClock.ts";
import { compileSteps } from "@onrush/worker/steps/compileSteps.ts";
import { startCpuMeter } from "./cpuMeter.ts";
import type { Job, JobResult } from "./job.ts";
import { MeasuredSeconds } from "./measuredSeconds.ts";

type ClosedJob = Job & { load: { type: "closed" } };

/**
 * Users who each begin their next iteration as soon as the one before has ended. The engine has no
 * closed model yet: until it has, this is the loop it will run, over the engine's own steps,
 * transport and recorder, flushed and encoded every second. Then it becomes a task with a load of
 * users on the engine threads, as `runOpen` gives them one of arrivals.
 */
export async function runClosed(job: ClosedJob): Promise<JobResult> {
  const clock = { originUs: 0, nowUs: () => monotonicUs() - clock.originUs };
  const options = { transport: "raw", rejectUnauthorized: true } as const;
  const program = compileSteps([job.step], clock, options);
  await program.warmUp(job.load.users);
  const measured = new MeasuredSeconds();
  const recorder = new Recorder();
  let second = 0;
  const flush = setInterval(() => {
    const watermark = second - 1;
    second++;
    if (watermark < 0) return;
    measured.add({ watermark, ...recorder.flush(watermark), totals: null });
  }, 1000);
  clock.originUs = monotonicUs();
  const cpu = startCpuMeter(job.targetPid);
  const { started, ended } = await loop(job, program, recorder, clock.nowUs);
  const seconds = clock.nowUs() / 1e6;
  const used = cpu();
  clearInterval(flush);
  measured.add({ watermark: Math.floor(seconds), ...recorder.flushAll(), totals: null });
  program.close();
  const differences = [started - measured.started, started - measured.sent, ended - measured.ended];
  return {
    ...{ seconds, requests: ended, failed: measured.failed, scheduled: started, started },
    unaccounted: differences.reduce((sum, difference) => sum + Math.abs(difference), 0),
    ...used,
    ...measured.latencies(),
  };
}

function loop(
  { seconds, load }: ClosedJob,
  program: ReturnType<typeof compileSteps>,
  recorder: Recorder,
  nowUs: () => number,
): Promise<{ started: number; ended: number }> {
  const [operation] = program.operations;
  if (operation === undefined) throw new RangeError("a job has a step");
  const endUs = seconds * 1e6;
  const counts = { started: 0, ended: 0 };
  /** Filled in anew for each request, so that recording makes no objects. */
  const result: RequestResult = {
    ...{ step: 0, dueUs: 0, sentUs: 0, endUs: 0, status: 0, error: "" },
    outcome: "ok",
  };
  return new Promise((resolve) => {
    const begin = (slot: Slot, dueUs: number) => {
      counts.started++;
      slot.beginRequest(0, dueUs);
      recorder.started(dueUs, 0, dueUs);
      const wall = recorder.wallAt(dueUs);
      wall.inFlight = load.users;
      wall.connections = load.users;
      wall.step(0).sent++;
      operation.perform(slot, done);
    };
    const done = (slot: Slot) => {
      counts.ended++;
      result.dueUs = slot.dueUs;
      result.sentUs = slot.sentUs;
      result.endUs = slot.endUs;
      result.outcome = slot.error !== "" || slot.status >= 400 ? "failed" : "ok";
      result.status = slot.status;
      result.error = slot.error;
      recorder.request(result);
      recorder.iteration(slot.dueUs, result.outcome, slot.endUs - slot.dueUs);
      const wall = recorder.wallAt(slot.endUs).step(0);
      wall.completed++;
      wall.bytesSent += slot.bytesSent;
      wall.bytesReceived += slot.bytesReceived;
      if (slot.endUs < endUs) begin(slot, slot.endUs);
      else if (counts.ended === counts.started) resolve(counts);
    };
    for (let i = 0; i < load.users; i++) begin(new Slot(i), nowUs());
  });
}
