import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { BeatReply, Heartbeat } from "@onrush/shared/wire/heartbeat.ts";
import { monotonicUs } from "../engine/monotonicClock.ts";
import { Heartbeats } from "./heartbeats.ts";
import { leaseOverHttp } from "./leaseOverHttp.ts";
import { RunOwners } from "./runOwners.ts";

const held = { runId: "run", share: "0/0", epoch: 3, started: 5, dropped: 0 };
const reply = (epoch: number | null, url: string | null): BeatReply => ({
  shares: [{ runId: "run", share: "0/0", epoch, ackedSeq: 0 }],
  commands: [],
  owners: { run: url },
});

/** A controller that answers a lease request as the test says; `asked` is what it was sent. */
let controller: Server;
let url: string;
let asked: unknown[] = [];
let answer: { status: number; body: unknown } | "silence";
beforeAll(async () => {
  controller = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push([request.method, request.url, JSON.parse(body)]);
      if (answer === "silence") return;
      response.statusCode = answer.status;
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => controller.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(controller.address() as AddressInfo).port}`;
});
afterAll(() => {
  controller.closeAllConnections();
  controller.close();
});
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: reply(3, url) };
});

/** Heartbeats whose directory the test answers. */
function heartbeats(shares = [held]) {
  const beats: PromiseWithResolvers<BeatReply>[] = [];
  const answers: [epoch: number | null | undefined, sentUs: number][] = [];
  const warnings: unknown[] = [];
  const owners = new RunOwners();
  const keeper = new Heartbeats({
    directory: {
      beat() {
        const beat = Promise.withResolvers<BeatReply>();
        beats.push(beat);
        return beat.promise;
      },
    },
    ...{ askOwner: leaseOverHttp, owners, workerId: "w1", nowUs: monotonicUs },
    heartbeat: () => ({ shares }) as unknown as Heartbeat,
    shares: () => shares,
    answered: (said, sentUs) => void answers.push([said.shares[0]?.epoch, sentUs]),
    warn: (error) => void warnings.push(error),
  });
  return { keeper, beats, answers, warnings, owners };
}

/** One turn that the directory answers, so that the owner is known. */
async function known(shares = [held]) {
  const all = heartbeats(shares);
  const first = all.keeper.beat();
  all.beats[0]?.resolve(reply(3, url));
  await first;
  all.answers.length = 0;
  return all;
}

const refuse = (beats: PromiseWithResolvers<BeatReply>[]) =>
  beats.at(-1)?.reject(new Error("Redis is gone"));

describe("a directory that answers", () => {
  test("is the only one that is asked", async () => {
    const { keeper, beats, answers } = await known();
    const turn = keeper.beat();
    beats[1]?.resolve(reply(3, url));
    await turn;
    expect([answers.length, asked]).toEqual([1, []]);
  });

  test("but has forgotten a share: its owner is asked", async () => {
    const { keeper, beats, answers } = await known();
    const turn = keeper.beat();
    beats[1]?.resolve(reply(null, null));
    await turn;
    expect(answers.map(([epoch]) => epoch)).toEqual([null, 3]);
    const { runId, share, epoch } = held;
    const request = { workerId: "w1", shares: [{ runId, share, epoch }] };
    expect(asked).toEqual([["POST", "/api/v1/leases", request]]);
  });
});

describe("a directory that does not answer", () => {
  test("or refuses: the owner's answer counts as its own, from when the owner was asked", async () => {
    const { keeper, beats, answers } = await known();
    const turn = keeper.beat();
    const beforeUs = monotonicUs();
    refuse(beats);
    await turn;
    expect(answers).toHaveLength(1);
    expect(answers[0]?.[0]).toBe(3);
    expect(answers[0]?.[1]).toBeGreaterThanOrEqual(beforeUs);
  });

  test("or hangs: likewise, and no further heartbeat is sent while that one is under way", async () => {
    const { keeper, beats, answers } = await known();
    await keeper.beat();
    await keeper.beat();
    expect(answers).toHaveLength(2);
    expect(beats).toHaveLength(2);
    // It wakes: that answer counts from when it was asked for, and the next one is asked for again.
    beats[1]?.resolve(reply(3, url));
    const turn = keeper.beat();
    await Promise.resolve();
    await expect.poll(() => beats.length).toBe(3);
    beats[2]?.resolve(reply(3, url));
    await turn;
    expect(answers).toHaveLength(4);
  });

  test.each([
    ["the owner leaves it to the directory", () => (answer = { status: 409, body: {} })],
    ["the owner fails", () => (answer = { status: 500, body: {} })],
    ["the owner says what is no reply", () => (answer = { status: 200, body: { shares: 1 } })],
    ["the owner is silent", () => (answer = "silence")],
  ])("and %s: nothing is renewed, and it is told", async (_name, prepare) => {
    prepare();
    const { keeper, beats, answers } = await known();
    const turn = keeper.beat();
    refuse(beats);
    await expect(turn).rejects.toThrow("Redis is gone");
    expect([answers, asked.length]).toEqual([[], 1]);
  });

  test("and the owner is the other end of the link: there is nobody to ask", async () => {
    const { keeper, beats } = heartbeats();
    const first = keeper.beat();
    beats[0]?.resolve(reply(3, ""));
    await first;
    const turn = keeper.beat();
    refuse(beats);
    await expect(turn).rejects.toThrow("Redis is gone");
    expect(asked).toEqual([]);
  });

  test("and there is nobody to ask: it is waited for", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { keeper, beats, answers } = heartbeats();
    const turn = keeper.beat();
    await vi.advanceTimersByTimeAsync(10_000);
    beats[0]?.resolve(reply(3, ""));
    await turn;
    vi.useRealTimers();
    expect(answers).toHaveLength(1);
  });

  test("without shares there is nothing to ask anybody", async () => {
    const { keeper, beats } = await known([]);
    const turn = keeper.beat();
    refuse(beats);
    await expect(turn).rejects.toThrow("Redis is gone");
    expect(asked).toEqual([]);
  });
});

test("turns are one at a time: who asks meanwhile shares the one that follows", async () => {
  const { keeper, beats } = heartbeats();
  const turns = [keeper.beat(), keeper.beat(), keeper.beat()];
  expect(beats).toHaveLength(1);
  beats[0]?.resolve(reply(3, url));
  await turns[0];
  await expect.poll(() => beats.length).toBe(2);
  beats[1]?.resolve(reply(3, url));
  await Promise.all(turns);
  expect(beats).toHaveLength(2);
});
