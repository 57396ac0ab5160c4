import type { ShareTotals } from "@onrush/shared/wire/reports.ts";
import { Agent } from "@onrush/worker/agent/agent.ts";
import type { EngineThreads } from "@onrush/worker/agent/engineThreads.ts";
import { createLogger } from "@onrush/worker/agent/logger.ts";
import { connectRedisControllerLink } from "@onrush/worker/agent/redis/redisControllerLink.ts";
import type { FromEngine, ThreadHealth, ToEngine } from "@onrush/worker/engine/engineMessages.ts";
import { monotonicUs } from "@onrush/worker/engine/monotonicClock.ts";
import { ShareCounts } from "@onrush/worker/engine/shareCounts.ts";
import { type CrowdJob, STEPS, VALUES } from "./job.ts";
import { snapshotOf } from "./snapshots.ts";

/**
 * Many workers in one process: agents as they are, each with its own connections to Redis, whose
 * engine threads only say that they have done what was due.
 */

/** Workers report at about the same time, but not in the same millisecond. */
const SPREAD_US = 300_000;
const HEALTH: ThreadHealth = {
  ...{ cpu: 0.31, lagP99Us: 400, gcMs: 3.5, gcMaxMs: 2.25 },
  destinations: { "127.0.0.1:1": 64 },
};

/** A share whose load begins, and a report each second until its end. */
class SimulatedShare {
  readonly #worker: number;
  readonly #key: string;
  readonly #counts: ShareCounts;
  readonly #seconds: number;
  readonly #tell: (message: FromEngine) => void;

  constructor(
    worker: number,
    key: string,
    counts: SharedArrayBuffer,
    seconds: number,
    tell: (message: FromEngine) => void,
  ) {
    this.#worker = worker;
    this.#key = key;
    this.#counts = new ShareCounts(counts);
    this.#seconds = seconds;
    this.#tell = tell;
  }

  start(startUs: number): void {
    this.#reportAt(startUs, 0);
  }

  #reportAt(startUs: number, second: number): void {
    const lateUs = (SPREAD_US * ((this.#worker * 617) % 1_000)) / 1_000;
    const atUs = startUs + (second + 1) * 1e6 + lateUs;
    setTimeout(() => this.#report(startUs, second), Math.max(0, (atUs - monotonicUs()) / 1_000));
  }

  #report(startUs: number, second: number): void {
    const { due, wall } = snapshotOf(this.#worker, second, false);
    const started = (second + 1) * VALUES;
    this.#counts.write(0, { started, ended: started, dropped: 0, requests: started * STEPS });
    const isLast = second + 1 === this.#seconds;
    this.#tell({
      ...{ type: "report", key: this.#key, health: HEALTH, startLateUs: 100 },
      report: { watermark: second, due, wall, totals: isLast ? totalsOf(this.#seconds) : null },
    });
    if (!isLast) this.#reportAt(startUs, second + 1);
  }
}

function totalsOf(seconds: number): ShareTotals {
  const started = seconds * VALUES;
  const failed = Math.round(VALUES / 100) * STEPS * seconds;
  const sent = started * STEPS;
  const none = { neutral: 0, interrupted: 0 };
  return {
    ...{ scheduled: started, started, dropped: {}, endedMs: seconds * 1_000 },
    iterations: { ok: started, failed: 0, ...none },
    requests: { ok: sent - failed, failed, ...none, sent },
  };
}

function simulatedThreads(worker: number, tell: (thread: number, message: FromEngine) => void) {
  const shares = new Map<string, SimulatedShare>();
  const send = (message: ToEngine) => {
    if (message.type === "start") shares.get(message.key)?.start(message.startUs);
  };
  return {
    count: 1,
    prepare(...[key, task, , counts]: Parameters<EngineThreads["prepare"]>) {
      if (counts === undefined || task.load.type !== "arrivals") throw new TypeError("no arrivals");
      const seconds = task.load.curve.durationMs / 1_000;
      shares.set(key, new SimulatedShare(worker, key, counts, seconds, (m) => tell(0, m)));
      setImmediate(() => tell(0, { type: "prepared", key }));
    },
    send,
    sendTo: (_thread: number, message: ToEngine) => send(message),
    close: async () => undefined,
  } as unknown as EngineThreads;
}

const { redisUrl: url, prefix, first, workers } = JSON.parse(process.argv[2] ?? "") as CrowdJob;
for (let worker = first; worker < first + workers; worker++) {
  const workerId = `worker-${worker}`;
  const link = await connectRedisControllerLink({ url, prefix });
  const agent = new Agent(
    {
      ...{ workerId, threads: 1, filesMb: 1, labels: {}, link, capacity: null },
      logger: createLogger(workerId),
    },
    {
      startThreads: async (_count, tell) => simulatedThreads(worker, tell),
      nowUs: monotonicUs,
    },
  );
  await agent.start((error) => console.error(error));
}
console.log("workers are ready");
process.once("SIGTERM", () => process.exit(0));
