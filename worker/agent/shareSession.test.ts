import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { decodeReport, type Report } from "@onrush/shared/wire/reports.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import { noFiles, type ToEngine } from "../engine/engineMessages.ts";
import { noThreadHealth } from "../health/threadHealth.ts";
import { WorkerHealth } from "../health/workerHealth.ts";
import type { EngineThreads } from "./engineThreads.ts";
import { Sessions } from "./sessions.ts";
import { ShareSession } from "./shareSession.ts";

const task = {
  runId: "run",
  share: "0/0",
  epoch: 1,
  token: 1,
  load: { type: "users" },
  files: {},
} as unknown as Task;
const standing = (epoch: number | null) => ({ runId: "run", share: "0/0", epoch, ackedSeq: 0 });
const noSample = { rssBytes: 0, processCpu: 0, files: null };
const clock = { commonMinusMonotonicUs: 0, offsetUs: 0, errorUs: 0 };

/** A session whose threads and reports the test sees; `hear` answers the report under way. */
function session(change: Partial<Task> = {}, count = 1) {
  const reports: Report[] = [];
  const said: string[] = [];
  const messages: ToEngine[] = [];
  const sent: string[] = [];
  let hear: () => void = () => {};
  let lease: SharedArrayBuffer | undefined;
  const send = (message: ToEngine) => {
    messages.push(message);
    sent.push(message.type);
  };
  const threads = {
    count,
    prepare: (_key: string, _task: Task, shared: SharedArrayBuffer) => {
      lease = shared;
      sent.push("prepare");
    },
    send,
    sendTo: (_thread: number, message: ToEngine) => send(message),
  } as unknown as EngineThreads;
  const sink = {
    append: (_runId: string, bytes: Uint8Array) => {
      const report = decodeReport(bytes);
      reports.push(report);
      said.push(report.type);
      return new Promise<void>((resolve) => (hear = resolve));
    },
  };
  return {
    ...{ reports, said, messages, sent, hear: () => hear() },
    /** Until when it holds, monotonic nanoseconds. */
    lease: () => (lease === undefined ? 0n : new BigInt64Array(lease)[0]),
    session: new ShareSession({ ...task, ...change }, "w", threads, {
      reports: sink,
      files: { load: async () => noFiles },
    }),
  };
}

test("a START that overtakes the answer to READY counts, and so does a STOP behind it", async () => {
  const { session: share, sent, hear } = session();
  const ready = share.ready(clock);
  share.start(1_000);
  share.stop();
  expect(sent).toEqual([]);
  hear();
  await ready;
  expect(sent).toEqual(["start", "stop"]);
  expect(share.phase).toBe("draining");
});

test("what was abandoned before ACCEPTED was heard is not prepared", async () => {
  const { session: share, said, sent, hear } = session();
  const begun = share.accept().then(() => share.prepare());
  share.abandon();
  hear();
  await begun;
  expect(said).toEqual(["accepted"]);
  expect(sent).toEqual(["drop"]);
});

describe("a share that is handed back", () => {
  const startUs = 5_000_000;
  const started = async (change: Partial<Task> = {}) => {
    const all = session({ fromMs: 0, ...change });
    const ready = all.session.ready(clock);
    all.hear();
    await ready;
    all.session.start(startUs);
    return all;
  };
  const cut = (all: ReturnType<typeof session>) => [
    all.reports.at(-1),
    all.messages.at(-1),
    all.session.phase,
  ];

  test("while it runs: cut at a whole millisecond a second ahead, told to all at once", async () => {
    const all = await started();
    void all.session.handBack("leaving", startUs + 2_345_600);
    expect(cut(all)).toEqual([
      { type: "handback", workerId: "w", share: "0/0", epoch: 1, cutMs: 3_346, reason: "leaving" },
      { type: "handBack", key: "run 0/0 1", cutUs: 3_346_000 },
      "draining",
    ]);
  });

  test("before its own begin: not cut before it", async () => {
    const all = await started({ fromMs: 9_000 });
    void all.session.handBack("noOwner", startUs + 7_100_000);
    expect(all.reports.at(-1)).toMatchObject({ cutMs: 9_000, reason: "noOwner" });
  });

  test("before the start instant, or before START: nothing of it has begun, nor will", async () => {
    const early = await started();
    void early.session.handBack("leaving", startUs - 1);
    const preparing = session();
    void preparing.session.handBack("leaving", startUs);
    for (const all of [early, preparing]) {
      expect(cut(all)).toMatchObject([{ cutMs: 0 }, { type: "drop" }, "draining"]);
      const { length } = all.sent;
      all.session.start(startUs);
      all.session.stop();
      expect(all.sent.slice(length)).not.toContain("start");
      all.session.standing(standing(2), 0, 1_500);
      expect(all.session.phase).toBe("ended");
    }
  });

  test("a stop before the cut is passed on, once", async () => {
    const all = await started();
    void all.session.handBack("leaving", startUs + 1);
    all.session.stop();
    all.session.stop();
    expect(all.sent).toEqual(["start", "handBack", "stop"]);
  });

  test("says so once, and not when it was stopped: then it ends anyway", async () => {
    const twice = await started();
    void twice.session.handBack("noOwner", startUs + 1);
    void twice.session.handBack("leaving", startUs + 2);
    expect(twice.said).toEqual(["ready", "handback"]);
    const stopped = await started();
    stopped.session.stop();
    void stopped.session.handBack("leaving", startUs + 1);
    expect(stopped.said).toEqual(["ready"]);
  });
});

describe("how a share stands", () => {
  const leased = (all: ReturnType<typeof session>, epoch: number | null) => {
    all.session.standing(standing(epoch), 1_000_000, 1_500);
    return [all.session.phase === "ended", Number(all.lease()) > 0];
  };
  const begun = async () => {
    const all = session();
    const accepted = all.session.accept();
    all.hear();
    await accepted;
    await all.session.prepare();
    return all;
  };

  test.each<[string, number | null, ended: boolean, leased: boolean]>([
    ["its epoch: the lease holds from when it was asked", 1, false, true],
    ["forgotten: neither over nor extended", null, false, false],
    ["the run is over", 0, true, false],
    ["it was given to another", 2, true, false],
  ])("%s", async (_name, epoch, ended, hasLease) => {
    expect(leased(await begun(), epoch)).toEqual([ended, hasLease]);
  });

  test("an answer from before the share came here again changes nothing", async () => {
    const all = session({ epoch: 4 });
    all.session.standing(standing(3), 1_000_000, 1_500);
    expect(all.session.phase).toBe("preparing");
  });
});

test("a share that claims iterations tells how far it was granted", () => {
  const all = session({ load: { type: "iterations" } as Task["load"] });
  expect(all.session.held()).toMatchObject({ claimedTo: 0, claimed: 0 });
  all.session.granted(0, { first: 40, count: 10 });
  all.session.granted(0, { first: 20, count: 5 });
  all.session.granted(0, { first: 90, count: 0 });
  expect(all.session.held()).toMatchObject({ claimedTo: 50, claimed: 15 });
});

test("its first snapshot says how late the latest thread began, each what can still be had", async () => {
  const all = session({}, 2);
  const health = new WorkerHealth({ sample: () => noSample, ports: () => null });
  const report = (thread: number, watermark: number, startLateUs: number) =>
    all.session.report(
      thread,
      {
        ...{ type: "report", key: all.session.key, health: noThreadHealth(), startLateUs },
        report: { watermark, due: [], wall: [], totals: null },
      },
      health,
    );
  report(0, 0, 300);
  report(1, 0, 1_200.4);
  report(0, 1, 300);
  report(1, 1, 1_200.4);
  const flushed = all.session.flush(0);
  await expect.poll(() => all.reports.length).toBe(1);
  all.hear();
  await expect.poll(() => all.reports.length).toBe(2);
  all.hear();
  await flushed;
  expect(all.reports).toMatchObject([
    { seq: 1, oldest: 1, startLateUs: 1_200 },
    { seq: 2, oldest: 1 },
  ]);
  expect(all.reports[1]).not.toHaveProperty("startLateUs");
});

describe("a script", () => {
  const script = { share: "setup", script: "setup" } as const;
  const result = { ok: true, reason: "", variables: {}, requests: 1, steps: [] };
  const over = (epoch: number) => ({ ...standing(epoch), share: "setup" });

  test("runs on one thread when it is prepared, without a START", async () => {
    const { session: share, messages, said } = session(script, 2);
    await share.ready(clock);
    expect(messages).toEqual([{ type: "runScript", key: share.key }]);
    expect(said).toEqual([]);
  });

  test("says its result again until its epoch is over", async () => {
    const all = session(script);
    await all.session.ready(clock);
    all.session.scriptEnded(result);
    for (const nowMs of [10_000, 10_100, 13_000]) {
      all.session.resendIfSilent(nowMs, 2_000);
      const flushed = all.session.flush(nowMs);
      await turn();
      all.hear();
      await flushed;
      all.session.standing(over(1), 0, 1_500);
    }
    expect(all.said).toEqual(["scriptEnded", "scriptEnded"]);
    expect(all.session.phase).toBe("reported");
    all.session.standing(over(2), 0, 1_500);
    expect(all.session.phase).toBe("ended");
    await all.session.flush(20_000);
    expect(all.said).toHaveLength(2);
  });

  test("that cannot be compiled fails with the reason", async () => {
    const all = session(script);
    const refused = all.session.refuse("no such file");
    await turn();
    all.hear();
    await refused;
    expect(all.reports).toMatchObject([{ type: "scriptEnded", ok: false, reason: "no such file" }]);
  });

  test("is not handed back: it is over soon", async () => {
    const { session: share, said } = session(script);
    await share.ready(clock);
    await share.handBack("leaving", 0);
    expect([share.phase, said]).toEqual(["running", []]);
  });

  test("is nothing that START, stop or abort are about", async () => {
    const { session: share, sent } = session(script);
    await share.ready(clock);
    const sessions = new Sessions();
    sessions.add(share);
    for (const type of ["stop", "abort"] as const) {
      sessions.command({ type, runId: "run", token: 1 }, 0);
    }
    sessions.command({ type: "start", runId: "run", token: 1, startAtUs: 0 }, 0);
    expect([share.phase, sent]).toEqual(["running", ["runScript"]]);
  });
});
