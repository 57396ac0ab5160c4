import {
  judgeTrial,
  type TrialBody,
  type TrialEvent,
  type TrialStep,
} from "@onrush/shared/trial/trialEvents.ts";
import { describe, expect, test } from "vitest";
import { trialText, trialVerdict } from "./trialText.ts";

const body = (text: string, change: Partial<TrialBody> = {}): TrialBody => ({
  ...{ bytes: Buffer.byteLength(text), text, isText: true, isCut: false },
  ...change,
});

const step = (change: Partial<TrialStep> = {}): TrialStep => ({
  ...{ type: "step", name: "login", outcome: "ok", namedOutcome: null, status: 200, error: "" },
  hops: [
    {
      ...{ method: "POST", url: "http://h/login", error: "" },
      sent: { headers: [["content-type", "text/plain"]], body: body("me\nand you") },
      answer: { status: 200, headers: [["x", "y"]], body: body("") },
      ...{ connectMs: 1.5, waitingMs: 2, totalMs: 3 },
    },
  ],
  checks: [{ name: "status == 200", passed: true, found: "200" }],
  extracted: { token: "t-1" },
  ...change,
});

const main = { workload: "main", script: null };
const ended: TrialEvent = { type: "ended", outcome: "ok" };
const textOf = (...events: TrialEvent[]) => trialText(judgeTrial(main, [...events, ended]));

test("a step is its request, its answer, its checks and its variables", () => {
  expect(textOf(step())).toBe(
    [
      "workload main",
      "  step login: ok",
      "    > POST http://h/login",
      "    > content-type: text/plain",
      "    > (body: 10 B)",
      "    > me",
      "    > and you",
      "    < 200 (connect 1.50 ms, waiting 2.00 ms, total 3.00 ms)",
      "    < x: y",
      '    check passed  status == 200  found "200"',
      '    variable token = "t-1"',
      "  iteration: ok",
    ].join("\n"),
  );
});

test("what was not sent says so, and why", () => {
  const timings = { connectMs: null, waitingMs: null, totalMs: null };
  const hop = { method: "GET", url: "http://h/", sent: null, answer: null, ...timings };
  const text = textOf(step({ outcome: "failed", hops: [{ ...hop, error: "connectionRefused" }] }));
  expect(text).toContain("> GET http://h/ (not sent)\n    < no answer: connectionRefused");
});

test("bodies say when they are cut or no text, and no terminal obeys them", () => {
  const [hop] = step().hops;
  if (hop === undefined) throw new Error("a step has a hop");
  const odd = body("a\u001B[2Jb", { bytes: 20_000, isText: false, isCut: true });
  const text = textOf(
    step({ hops: [{ ...hop, answer: { status: 200, headers: [], body: odd } }] }),
  );
  expect(text).toContain("(body: 20,000 B, not all of it text, the beginning is shown)");
  expect(text).toContain("a\\x1b[2Jb");
});

test("pauses, groups, branches and rounds stand where they happen", () => {
  const text = textOf(
    { type: "pause", seconds: 1.5, waited: false },
    { type: "group", name: "shop", at: "begin", failed: false },
    { type: "branch", branch: 2, of: 3, percent: 30 },
    { type: "repeat", round: 2, of: 4 },
    { type: "group", name: "shop", at: "end", failed: true },
    { type: "pause", seconds: 0.25, waited: true },
  );
  expect(text.split("\n").slice(1, -1)).toEqual([
    "  pause of 1.50 s, not waited for",
    "  group shop begins",
    "  choose: branch 2 of 3 (30 %)",
    "  repeat: round 2 of 4",
    "  group shop ends, failed",
    "  pause of 250 ms",
  ]);
});

describe("the verdict", () => {
  const failedCheck = { name: "size > 9", passed: false, found: "5" };
  const cases: [string, TrialEvent[], string][] = [
    ["is ok when everything is", [step(), ended], "main: ok"],
    [
      "names a failed check with what was found, also one that fails no request",
      [step({ checks: [failedCheck] }), ended],
      "main: FAILED: login: size > 9 (found 5)",
    ],
    [
      "names a check once where it is why the request failed",
      [step({ outcome: "failed", error: "check", checks: [failedCheck] }), ended],
      "main: FAILED: login: size > 9 (found 5)",
    ],
    [
      "names a status",
      [step({ outcome: "failed", status: 503, checks: [] }), ended],
      "main: FAILED: login: status 503",
    ],
    [
      "leaves out checks of an answer that never came",
      [step({ outcome: "failed", status: 0, error: "timeout", checks: [failedCheck] }), ended],
      "main: FAILED: login: timeout",
    ],
    ["says when nothing ended", [step()], "main: FAILED: the iteration did not end"],
    [
      "takes a neutral answer as good",
      [step({ outcome: "neutral", namedOutcome: "no-balance" }), ended],
      "main: ok",
    ],
  ];
  test.each(cases)("%s", (_name, events, line) => {
    expect(trialVerdict(judgeTrial(main, events))).toBe(line);
  });
});

describe("what is done once per run", () => {
  const setup = { workload: "setup", script: "setup" } as const;

  test("goes by its own name", () => {
    expect(trialText(judgeTrial(setup, [ended]))).toBe("setup\n  iteration: ok");
    expect(trialVerdict(judgeTrial(setup, [ended]))).toBe("setup: ok");
  });

  test("fails by what it extracts, too", () => {
    const reason = "extracts 70000 characters; at most 65536";
    const result = { ok: false, reason, variables: {}, requests: 1, steps: [] };
    expect(trialVerdict(judgeTrial(setup, [step(), ended], result))).toBe(
      `setup: FAILED: ${reason}`,
    );
  });
});
