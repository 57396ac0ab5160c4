import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Command } from "@onrush/shared/wire/commands.ts";
import {
  type BeatReply,
  type Heartbeat,
  LEASE_MS,
  NO_OWNER_LIMIT_MS,
  ORPHAN_LEASE_MS,
} from "@onrush/shared/wire/heartbeat.ts";
import { decodeReport, type Report } from "@onrush/shared/wire/reports.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { FromEngine, ToEngine } from "../engine/engineMessages.ts";
import { monotonicUs } from "../engine/monotonicClock.ts";
import { ShareCounts } from "../engine/shareCounts.ts";
import { Agent } from "./agent.ts";
import type { EngineThreads } from "./engineThreads.ts";
import type { Logger } from "./logger.ts";
import type { ControllerLink } from "./ports.ts";

const sha256Of = (text: string) => createHash("sha256").update(text).digest("hex");

const taskOf = (change: Partial<Task> = {}) =>
  ({
    ...{ runId: "run", share: "0/0", epoch: 1, token: 1, fromMs: 0, load: { type: "users" } },
    files: {},
    ...change,
  }) as Task;

/** An agent without threads, whose controller, clock and engine are the test's. */
class Bench {
  readonly beats: Heartbeat[] = [];
  readonly reports: Report[] = [];
  readonly toEngine: ToEngine[] = [];
  readonly left: string[] = [];
  /** Of each share that was prepared. */
  readonly memories: ShareCounts[] = [];
  readonly leases: BigInt64Array[] = [];
  /** Share to its epoch in the directory; what is not in it is forgotten. */
  epochs: Record<string, number> = { "0/0": 1 };
  owner: string | null = "";
  file: Uint8Array | undefined;
  commands: Command[] = [];
  nowUs = monotonicUs();
  fromEngine: (thread: number, message: FromEngine) => void = () => {};
  give: (task: Task) => Promise<void> = async () => {};
  seen: (isSeen: boolean) => void = () => {};
  readonly agent: Agent;

  constructor() {
    const threads = {
      count: 1,
      prepare: (...[, , lease, counts]: Required<Parameters<EngineThreads["prepare"]>>) => {
        this.memories.push(new ShareCounts(counts));
        this.leases.push(new BigInt64Array(lease));
      },
      send: (message: ToEngine) => void this.toEngine.push(message),
      close: async () => {},
    } as unknown as EngineThreads;
    this.agent = new Agent(
      {
        ...{ workerId: "w1", threads: 1, filesMb: 10, labels: {}, capacity: null },
        logger: { warn: () => {} } as unknown as Logger,
        link: this.#link(),
      },
      {
        startThreads: async (_count, onMessage) => {
          this.fromEngine = onMessage;
          return threads;
        },
        nowUs: () => this.nowUs,
      },
    );
  }

  #link(): ControllerLink {
    return {
      name: "local",
      tasks: { consume: async (_workerId, handle) => void (this.give = handle) },
      files: { read: async () => this.file },
      reports: { append: async (_runId, bytes) => void this.reports.push(decodeReport(bytes)) },
      commands: { subscribe: async () => {} },
      directory: {
        beat: async (heartbeat) => this.#answer(heartbeat),
        claim: async () => ({ first: 0, count: 0 }),
        leave: async (workerId) => void this.left.push(workerId),
      },
      presence: { show: async (_workerId, onChange) => void (this.seen = onChange) },
      clock: { nowUs: async () => monotonicUs() },
      onLost: () => {},
      close: async () => {},
    };
  }

  #answer(heartbeat: Heartbeat): BeatReply {
    this.beats.push(heartbeat);
    const runs = new Set(heartbeat.shares.map(({ runId }) => runId));
    return {
      shares: heartbeat.shares.map(({ runId, share }) => ({
        ...{ runId, share, epoch: this.epochs[share] ?? null, ackedSeq: 0 },
      })),
      commands: runs.size > 0 ? this.commands : [],
      owners: Object.fromEntries([...runs].map((runId) => [runId, this.owner])),
    };
  }

  said(): Report["type"][] {
    return this.reports.map(({ type }) => type);
  }

  /** A share of the run that has begun a second ago. */
  async running(): Promise<void> {
    await this.give(taskOf());
    this.commands = [{ type: "start", runId: "run", token: 1, startAtUs: monotonicUs() - 1e6 }];
    this.fromEngine(0, { type: "prepared", key: "run 0/0 1" });
    await expect.poll(() => this.toEngine.map(({ type }) => type)).toContain("start");
    this.nowUs = monotonicUs();
  }
}

let bench: Bench;
beforeEach(async () => {
  bench = new Bench();
  await bench.agent.start(() => {});
  return () => bench.agent.close();
});

/** When enough heartbeats have been answered that what follows from them has followed. */
async function heartbeats(count: number): Promise<void> {
  const enough = bench.beats.length + count;
  await expect.poll(() => bench.beats.length).toBeGreaterThanOrEqual(enough);
}

describe("a share that names a file", () => {
  const named = {
    data: { users: { csv: "users.csv", pick: "sequential" } },
    ...{ files: { "users.csv": { sha256: sha256Of("a,b\n1,2\n"), bytes: 8 } }, steps: [] },
  } as Partial<Task>;

  test("is accepted, and prepared when the file is there", async () => {
    bench.file = Buffer.from("a,b\n1,2\n");
    await bench.give(taskOf(named));
    await expect.poll(() => bench.memories.length).toBe(1);
    expect(bench.said()).toEqual(["accepted"]);
  });

  test("is refused by the file's name when the controller has none", async () => {
    await bench.give(taskOf(named));
    await expect.poll(() => bench.said()).toEqual(["accepted", "refused"]);
    expect(bench.reports[1]).toMatchObject({
      reason: expect.stringMatching(/^the file users\.csv is not at the controller/) as string,
    });
    expect(bench.memories).toEqual([]);
  });
});

describe("a worker that is asked to leave", () => {
  test("says that it is draining before it hands its shares back, and goes when they are over", async () => {
    await bench.running();
    const left = bench.agent.leave(60_000);
    await expect.poll(() => bench.said()).toEqual(["accepted", "ready", "handback"]);
    expect(bench.beats.at(-1)?.state).toBe("draining");
    expect(bench.reports[2]).toMatchObject({ reason: "leaving", share: "0/0", epoch: 1 });
    await heartbeats(1);
    expect(bench.left).toEqual([]);
    bench.epochs = { "0/0": 2 };
    await left;
    expect(bench.left).toEqual(["w1"]);
  });

  test("takes no task any more: it hands it back as it comes", async () => {
    await bench.running();
    void bench.agent.leave(60_000);
    await bench.give(taskOf({ share: "0/1" }));
    expect(bench.reports.filter(({ share }) => share === "0/1")).toMatchObject([
      { type: "accepted" },
      { type: "handback", cutMs: 0, reason: "leaving" },
    ]);
  });

  test("goes at once when it has no share", async () => {
    await bench.agent.leave(60_000);
    expect(bench.left).toEqual(["w1"]);
  });

  test("goes when the time is over, whatever is left", async () => {
    await bench.running();
    await bench.agent.leave(1);
    expect(bench.left).toEqual(["w1"]);
    expect(bench.toEngine.at(-1)?.type).toBe("drop");
  });

  test("goes at once when it is asked to close meanwhile", async () => {
    await bench.running();
    const left = bench.agent.leave(60_000);
    await expect.poll(() => bench.said()).toContain("handback");
    await bench.agent.close();
    await left;
    expect(bench.left).toEqual(["w1"]);
  });
});

test("the shares of a run that nobody owns for too long are handed back", async () => {
  await bench.running();
  bench.owner = null;
  await heartbeats(2);
  expect(bench.said()).not.toContain("handback");
  bench.nowUs += (NO_OWNER_LIMIT_MS + 1) * 1000;
  await expect.poll(() => bench.reports.at(-1)).toMatchObject({ reason: "noOwner" });
});

test("a share that the directory has forgotten goes on", async () => {
  await bench.running();
  bench.epochs = {};
  await heartbeats(2);
  expect(bench.beats.at(-1)?.shares).toMatchObject([{ share: "0/0", epoch: 1 }]);
  expect(bench.toEngine.map(({ type }) => type)).toEqual(["start"]);
});

test("a share that comes again replaces its earlier self, and hears nothing of its threads", async () => {
  await bench.running();
  bench.epochs = { "0/0": 2 };
  await bench.give(taskOf({ epoch: 2 }));
  expect(bench.toEngine.at(-1)).toEqual({ type: "drop", key: "run 0/0 1" });
  bench.memories[0]?.write(0, { started: 7, ended: 7, dropped: 0, requests: 7 });
  await heartbeats(2);
  expect(bench.beats.at(-1)?.shares).toMatchObject([{ epoch: 2, started: 0 }]);
});

test("a share of an owner that another one has followed is not taken", async () => {
  bench.epochs = { "0/0": 1, "0/1": 1 };
  await bench.give(taskOf({ token: 5 }));
  await bench.give(taskOf({ share: "0/1", token: 4 }));
  // Nor does it replace one that is here, however high its epoch.
  await bench.give(taskOf({ epoch: 2, token: 4 }));
  expect(bench.reports.map(({ share, epoch }) => [share, epoch])).toEqual([["0/0", 1]]);
  await bench.give(taskOf({ share: "0/1", token: 5 }));
  expect(bench.reports.map(({ share }) => share)).toEqual(["0/0", "0/1"]);
});

test("a START of an owner that another one has followed begins nothing", async () => {
  const start = (token: number): Command => ({
    ...{ type: "start", runId: "run", token, startAtUs: monotonicUs() - 1e6 },
  });
  await bench.give(taskOf({ token: 5 }));
  bench.fromEngine(0, { type: "prepared", key: "run 0/0 1" });
  bench.commands = [start(4)];
  await expect.poll(() => bench.said()).toContain("ready");
  await heartbeats(2);
  expect(bench.toEngine).toEqual([]);
  bench.commands = [start(5)];
  await expect.poll(() => bench.toEngine[0]?.type).toBe("start");
});

test("a START that is long past begins a taken-over share at once", async () => {
  bench.commands = [{ type: "start", runId: "run", token: 1, startAtUs: monotonicUs() - 60e6 }];
  await bench.give(taskOf({ fromMs: 60_500 }));
  bench.fromEngine(0, { type: "prepared", key: "run 0/0 1" });
  await expect.poll(() => bench.toEngine[0]?.type).toBe("start");
  const message = bench.toEngine[0];
  const startUs = message?.type === "start" ? message.startUs : NaN;
  expect(monotonicUs() - startUs).toBeGreaterThan(60e6);
  expect(bench.said()).toEqual(["accepted", "ready"]);
});

describe("a worker whose connection is closed", () => {
  /** What is left of the share's lease, ms. */
  const leftMs = () => Math.round(Number(bench.leases[0]?.[0] ?? 0n) / 1e6 - bench.nowUs / 1000);

  test("sends for a moment at most, beats at once, and is given no more by what answers", async () => {
    await bench.running();
    await heartbeats(1);
    expect(leftMs()).toBe(LEASE_MS);
    const before = bench.beats.length;
    bench.seen(false);
    expect(leftMs()).toBe(ORPHAN_LEASE_MS);
    expect(bench.beats.length).toBeGreaterThan(before);
    bench.nowUs += 50_000;
    await heartbeats(2);
    expect(leftMs()).toBe(ORPHAN_LEASE_MS);
  });

  test("has its whole lease when it stands again", async () => {
    await bench.running();
    bench.seen(false);
    await heartbeats(1);
    bench.seen(true);
    await expect.poll(leftMs).toBe(LEASE_MS);
  });

  test("an epoch that is over ends its share as ever", async () => {
    await bench.running();
    bench.seen(false);
    bench.epochs = { "0/0": 2 };
    await expect.poll(() => bench.toEngine.at(-1)?.type).toBe("drop");
  });
});
