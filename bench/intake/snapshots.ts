import type { StepDue } from "@onrush/shared/metrics/delta.ts";
import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import { encodeReported } from "@onrush/shared/metrics/sparseHistogram.ts";
import type { Snapshot } from "@onrush/shared/wire/reports.ts";
import { STEPS, VALUES } from "./job.ts";

/** Different histograms that workers take turns with: encoding new ones would be the sender's cost. */
const POOL = 256;
/** Answers that come after the end of the second in which their requests were due. */
const LATE_VALUES = 40;
const MEAN_US = 20_000;

/** A spread of latencies like a busy service's, the same in every round. */
function makePool(values: number): Uint8Array[] {
  let state = 1;
  return Array.from({ length: POOL }, () => {
    const histogram = new Histogram();
    for (let i = 0; i < values; i++) {
      state = (state * 48_271) % 2_147_483_647;
      histogram.record(Math.round(-MEAN_US * Math.log(1 - state / 2_147_483_647)) + 500);
    }
    return encodeReported(histogram);
  });
}

const full = makePool(VALUES);
const late = makePool(LATE_VALUES);

const indexes = Array.from({ length: STEPS }, (_, step) => step);

function stepDue(step: number, pool: readonly Uint8Array[], values: number, at: number): StepDue {
  const histogram = (i: number) => pool[(at + step * 3 + i) % POOL] ?? new Uint8Array();
  const failed = Math.round(values / 100);
  return {
    step,
    ...{ ok: values - failed, failed, neutral: 0, interrupted: 0 },
    statusCodes: { "200": values - failed, "503": failed },
    errors: { "status 503": failed },
    outcomes: {},
    checks: { "status == 200": { passed: values - failed, failed } },
    response: histogram(0),
    service: histogram(1),
    phases: { waiting: histogram(2) },
  };
}

/** What a worker reports at the end of `second`: this one, or also the last answers of the one before. */
export function snapshotOf(worker: number, second: number, lateAnswers: boolean): Snapshot {
  const left = lateAnswers ? LATE_VALUES : 0;
  const due = (of: number, pool: readonly Uint8Array[], values: number) => ({
    second: of,
    ...{ started: values, dropped: {} },
    ...{ ok: values, failed: 0, neutral: 0, interrupted: 0 },
    iterationDuration: pool[(worker + of) % POOL] ?? new Uint8Array(),
    steps: indexes.map((step) => stepDue(step, pool, values, worker * 7 + of)),
  });
  const traffic = { sent: VALUES, completed: VALUES, bytesSent: 4e5, bytesReceived: 2e6 };
  return {
    type: "snapshot",
    ...{ workerId: `worker-${worker}`, share: `0/${worker}`, epoch: 1 },
    ...{ seq: second + 1, watermark: second },
    due: [
      ...(left > 0 && second > 0 ? [due(second - 1, late, left)] : []),
      due(second, full, VALUES - left),
    ],
    wall: [
      {
        second,
        ...{ inFlight: 40, users: 0, connections: 64 },
        lateness: late[(worker + second) % POOL] ?? new Uint8Array(),
        steps: indexes.map((step) => ({ step, redirects: 0, ...traffic })),
      },
    ],
    health: [
      {
        ...{ second, cpu: 0.31, rssBytes: 123_456_789, mbps: 160.5, lagMs: 0.4, processCpu: 0.6 },
        ...{ latenessP99Ms: 0.75, inFlight: 200, connections: 64, gcMs: 3.5, gcMaxMs: 2.25 },
        ...{ ports: { left: 28_000, limit: 28_232 }, files: { left: 65_000, limit: 65_536 } },
      },
    ],
  };
}
