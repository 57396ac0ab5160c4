import type { RunOwner, ShareEpoch } from "@onrush/controller/platform/ports.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import type { HeldShare, Heartbeat } from "@onrush/shared/wire/heartbeat.ts";
import type { Task } from "@onrush/shared/wire/task.ts";

export function sampleTask(runId: string, share = "0/0"): Task {
  return {
    runId,
    share,
    epoch: 1,
    token: 1,
    startMs: 0,
    load: {
      type: "arrivals",
      curve: {
        durationMs: 1_000,
        segments: [{ startMs: 0, endMs: 1_000, fromMilliRps: 10_000, toMilliRps: 10_000 }],
      },
      ...{ arrival: "uniform", devices: 0 },
    },
    thinkTime: null,
    overload: { policy: "drop", maxDelayMs: 10_000 },
    pacing: "timer",
    connections: "shared",
    ownership: [{ offset: 0, weights: 1, index: 0 }],
    steps: [
      {
        name: "get",
        protocol: "http",
        method: "POST",
        url: "http://127.0.0.1:1/ünï",
        headers: { accept: "*/*" },
        body: { nested: [1, null, "two"] },
      },
    ],
    maxInFlight: 100,
    transport: "auto",
    http: { version: "1.1", proxy: null, maxRedirects: 0 },
    requestTimeoutMs: 30_000,
    rejectUnauthorized: true,
    seed: 0,
    defaults: {
      auth: { bearer: "{{data.users.name}}" },
      outcomes: [{ name: "none left", when: "status == 402", as: "neutral" }],
    },
    files: { "ü.csv": { sha256: "ab".repeat(32), bytes: 12 } },
    data: { users: { inline: [{ name: "ünï", n: 1 }], pick: "unique" } },
    dataSeed: 1,
    gracefulStopMs: 0,
    fromMs: 0,
    firstRound: 0,
  };
}

export function sampleHeartbeat(workerId: string, changes: Partial<Heartbeat> = {}): Heartbeat {
  return {
    workerId,
    hostname: "host",
    pid: 42,
    labels: {},
    state: "idle",
    threads: 2,
    cpu: 0.25,
    rssBytes: 1_000_000,
    mbps: 0,
    lagMs: 0.5,
    clockOffsetUs: -12,
    clockErrorUs: 30,
    shares: [],
    ...changes,
  };
}

/** Everything a heartbeat may tell of its worker's health and capacity. */
export const fullHealth: Partial<Heartbeat> = {
  ...{ cpu: 0.875, rssBytes: 90_000_000, mbps: 81.25, lagMs: 1.5, processCpu: 1.25 },
  ...{ latenessP99Ms: 0.75, inFlight: 40, connections: 64, gcMs: 12.5, gcMaxMs: 3.25 },
  ports: { left: 28_168, limit: 28_232 },
  files: { left: 19_900, limit: 20_000 },
  capacity: { requestsPerSecond: 150_000.5, perThread: 90_000, perConnection: 9_000 },
};

export function heldShare(runId: string, share: string, epoch = 1): HeldShare {
  return { runId, share, epoch, started: 10, dropped: 0 };
}

export function sampleOwner(id: string): RunOwner {
  return { id, url: `http://${id}.test:8080` };
}

export function shareEpoch(share: string, epoch = 1, ackedSeq = 0): ShareEpoch {
  return { share, epoch, ackedSeq };
}

export function startCommand(runId: string, token: number): Command {
  return { type: "start", runId, token, startAtUs: 1_795_000_000_000_123 };
}

export function stopCommand(runId: string, token: number): Command {
  return { type: "stop", runId, token };
}

export function numberedBytes(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    Uint8Array.of(index >> 8, index & 255, 255, 0),
  );
}
