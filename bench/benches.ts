import { Histogram } from "@onrush/shared/metrics/histogram.ts";
import { latencyStats } from "@onrush/shared/metrics/latencyStats.ts";
import { MergeQueue } from "@onrush/shared/metrics/mergeQueue.ts";
import { encodeReported } from "@onrush/shared/metrics/sparseHistogram.ts";
import { ArrivalSchedule } from "@onrush/shared/schedule/arrivalSchedule.ts";
import { Ownership } from "@onrush/shared/schedule/ownership.ts";
import { decodeReport, encodeReport, type Snapshot } from "@onrush/shared/wire/reports.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { Slot } from "@onrush/worker/engine/slot.ts";
import { ResponseCapture } from "@onrush/worker/protocols/http/responseCapture.ts";
import { WireTemplate, wireRequest } from "@onrush/worker/protocols/http/wireRequest.ts";
import { compileRequest } from "@onrush/worker/steps/compileRequest.ts";
import { StepLanguage } from "@onrush/worker/steps/stepLanguage.ts";
import { dataBenches } from "./dataBenches.ts";
import { type MicroBench, repeat } from "./microBench.ts";

const COUNT = 100_000;

/** A request whose values all differ, and a check and an extraction of a small answer. */
function stepBenches(): MicroBench[] {
  const users = {
    count: COUNT,
    fields: { key: "key-{{row}}", n: { randomInt: [1, 10] as [number, number] } },
  };
  const data: Task["data"] = { users: { generate: users, pick: "sequential" } };
  const language = new StepLanguage({ data, dataSeed: 1, seed: 2 });
  const request = compileRequest(
    {
      ...{ name: "s", protocol: "http", method: "POST", url: "http://127.0.0.1/" },
      headers: { "x-key": "{{data.users.key}}" },
      body: { key: "{{data.users.key}}", id: "{{uuid}}", n: "{{data.users.n}}" },
      checks: ["status == 200", 'body contains "queued"', "json($.id) exists"],
      extract: { id: "json($.id)" },
    },
    language,
  );
  const wire = wireRequest(request);
  const slot = new Slot(0);
  slot.status = 200;
  const capture = new ResponseCapture();
  const body = Buffer.from('{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","status":"queued"}');
  const { inspection } = request;
  return [
    repeat("render a request of four values", COUNT, (i) => {
      slot.arrival = i;
      if (wire instanceof WireTemplate) wire.render(slot);
    }),
    repeat("three checks and an extraction", COUNT, () => {
      if (inspection === null || inspection === undefined) return;
      capture.begin(inspection.wants);
      capture.addBody(body, 0, body.length);
      inspection.inspect(slot, capture);
    }),
  ];
}

/** A spread of latencies like a busy service's, the same in every round. */
function latencies(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    const uniform = state / 2_147_483_647;
    return Math.round(-20_000 * Math.log(1 - uniform)) + 500;
  });
}

function snapshotOf(histogram: Uint8Array): Snapshot {
  const outcome = { ok: 2000, failed: 0, neutral: 0, interrupted: 0 };
  const none = new Uint8Array(0);
  const maps = { statusCodes: { 200: 2000 }, errors: {}, outcomes: {}, checks: {} };
  const step = {
    step: 0,
    ...outcome,
    ...maps,
    response: histogram,
    service: histogram,
    phases: {},
  };
  const traffic = { sent: 2000, completed: 2000, bytesSent: 1e6, bytesReceived: 1e6 };
  const wall = { second: 7, inFlight: 9, users: 0, connections: 9, lateness: none };
  return {
    ...{ type: "snapshot", workerId: "w", share: "0/0", epoch: 1, seq: 8, watermark: 7 },
    due: [
      {
        ...{ second: 7, started: 2000, dropped: {}, ...outcome },
        iterationDuration: histogram,
        steps: [step],
      },
    ],
    wall: [{ ...wall, steps: [{ step: 0, redirects: 0, ...traffic }] }],
    health: [],
  };
}

/** The pure parts of the hot paths: schedule, record, encode, merge, summarise, decode. */
export function benches(): MicroBench[] {
  const segments = [{ startMs: 0, endMs: 60_000, fromMilliRps: 1e5, toMilliRps: 5e6 }];
  const schedule = new ArrivalSchedule({ durationMs: 60_000, segments });
  const ownership = new Ownership([
    { offset: 0, weights: 5, index: 2 },
    { offset: 0, weights: 2, index: 1 },
  ]);
  const values = latencies(COUNT);
  const recording = new Histogram();
  const second = new Histogram();
  for (const value of values.slice(0, 2000)) second.record(value);
  const sparse = encodeReported(second);
  const queue = new MergeQueue();
  const into = new Histogram();
  const snapshot = snapshotOf(sparse);
  const bytes = encodeReport(snapshot);
  return [
    repeat("due time of an arrival", COUNT, (i) => schedule.dueUs(i)),
    repeat("number of an owned arrival, two levels", COUNT, (i) => ownership.arrival(i)),
    repeat("record a latency", COUNT, (i) => recording.record(values[i] ?? 0)),
    repeat("encode a histogram of 2,000 values", 200, () => encodeReported(second)),
    repeat("merge an encoded histogram of 2,000 values", 2_000, () => queue.add(into, sparse)),
    repeat("statistics of a histogram", 100, () => latencyStats(second)),
    ...stepBenches(),
    ...dataBenches(),
    repeat("encode a snapshot", 1_000, () => encodeReport(snapshot)),
    repeat("decode and check a snapshot", 1_000, () => decodeReport(bytes)),
  ];
}
