import { describe, expect, test } from "vitest";
import { emptyLedger } from "./ledger.ts";
import { judgeValidity, type ValidityInput } from "./validity.ts";

const sound: ValidityInput = {
  ledger: { ...emptyLedger(), scheduled: 1000, started: 1000, ok: 1000 },
  accountingProblems: [],
  seconds: 100,
  lateSeconds: 0,
  workerCpu: { w1: 0.3 },
  failure: null,
};
const withLedger = (fields: object) => ({ ledger: { ...sound.ledger, ...fields } });
const dropped = (droppedBy: Record<string, number>) => withLedger({ droppedBy });

const ports = (left: number, limit: number) => ({
  ...{ worker: "w1", of: "ports" as const, left, limit },
});

/** DESIGN's table of validity, each limit from both sides. */
const table: [string, Partial<ValidityInput>, string, RegExp | null][] = [
  ["nothing wrong", {}, "VALID", null],
  ["nothing at all", { ledger: emptyLedger(), seconds: 0, workerCpu: {} }, "VALID", null],

  ["accounting that does not add up", { accountingProblems: ["gap"] }, "INVALID", /gap/],
  ["a run that failed", { failure: "w1 refused" }, "INVALID", /w1 refused/],

  ["1 of 1000 lost", withLedger({ lost: 1 }), "SUSPECT", /1 arrivals \(0\.1 %\) were lost/],
  ["1 of a million lost", withLedger({ lost: 1, scheduled: 1e6 }), "SUSPECT", /<0\.1 %/],
  ["10 % lost", withLedger({ lost: 100 }), "SUSPECT", /10\.0 %/],
  ["more than 10 % lost", withLedger({ lost: 101 }), "INVALID", /10\.1 %/],

  ["0.1 % late", dropped({ late: 1 }), "VALID", null],
  ["more than 0.1 % late", dropped({ late: 2 }), "SUSPECT", /dropped 2 arrivals/],
  ["1 % without a lease", dropped({ lease: 10 }), "SUSPECT", /dropped 10 arrivals \(1\.0 %\)/],
  ["late and lease add up", dropped({ late: 5, lease: 6 }), "INVALID", /dropped 11 arrivals/],
  ["more than 1 % late", dropped({ late: 11 }), "INVALID", /1\.1 %/],

  ["1 % at the in-flight limit", dropped({ inFlightLimit: 10 }), "VALID", null],
  ["more than that", dropped({ inFlightLimit: 11 }), "SUSPECT", /1\.1 % .* in flight/],
  ["everything at the limit", dropped({ inFlightLimit: 1000 }), "SUSPECT", /100\.0 %/],
  ["drops the user asked for", dropped({ queueExpired: 1000 }), "VALID", null],

  ["1 % late seconds", { lateSeconds: 1 }, "VALID", null],
  [
    "more than 1 % late seconds",
    { lateSeconds: 2 },
    "SUSPECT",
    /2 of 100 seconds in which iterations started/,
  ],
  ["10 % late seconds", { lateSeconds: 10 }, "SUSPECT", /10 of 100/],
  ["more than 10 % late seconds", { lateSeconds: 11 }, "INVALID", /11 of 100/],
  ["the only second late", { seconds: 1, lateSeconds: 1 }, "INVALID", /1 of 1/],

  ["90 % CPU", { workerCpu: { w1: 0.9 } }, "VALID", null],
  [
    "more than 90 % CPU",
    { workerCpu: { w1: 0.2, w2: 0.91 } },
    "SUSPECT",
    /w2 used 91 %.*bottleneck/,
  ],
  ["the same of users", { workerCpu: { w1: 0.91 }, isClosed: true }, "SUSPECT", /lower bound/],
  ["users who were lost", { usersLost: 3 }, "SUSPECT", /3 virtual users/],
  ["a worker that was lost", { lostWorkers: ["w9"] }, "SUSPECT", /w9 was lost/],
  [
    "a refusal",
    { refusals: ["w9 could not take over: no file"] },
    "SUSPECT",
    /worker w9 .* no file/,
  ],
  ["5 % of the ports left", { headRoom: [ports(50, 1_000)] }, "VALID", null],
  [
    "fewer ports",
    { headRoom: [ports(312, 28_232)] },
    "SUSPECT",
    /w1 had only 312 of 28,232 local ports/,
  ],
  [
    "no file left",
    { headRoom: [{ worker: "w1", of: "files", left: 0, limit: 1_024 }] },
    "SUSPECT",
    /w1 had only 0 of 1,024 file descriptors/,
  ],
  ["100 % CPU", { workerCpu: { w1: 1 } }, "SUSPECT", /w1 used 100 %/],
];

test.each(table)("%s", (_name, change, validity, reason) => {
  const judged = judgeValidity({ ...sound, ...change });
  expect(judged.validity).toBe(validity);
  if (reason === null) expect(judged.reasons).toEqual([]);
  else expect(judged.reasons).toEqual([expect.stringMatching(reason)]);
});

describe("several reasons", () => {
  test("are all told, and the worst one decides", () => {
    const judged = judgeValidity({
      ...sound,
      ...withLedger({ lost: 1, droppedBy: { late: 500, inFlightLimit: 20 } }),
      lateSeconds: 5,
      workerCpu: { w1: 0.95, w2: 0.99 },
    });
    expect(judged.validity).toBe("INVALID");
    expect(judged.reasons).toHaveLength(6);
  });

  test("of suspicion alone do not make a run invalid", () => {
    const judged = judgeValidity({
      ...sound,
      ...withLedger({ lost: 100, droppedBy: { late: 10, inFlightLimit: 900 } }),
      lateSeconds: 10,
      workerCpu: { w1: 1 },
    });
    expect(judged.validity).toBe("SUSPECT");
    expect(judged.reasons).toHaveLength(5);
  });

  test("of a thousand workers the first are told, and how many more there are", () => {
    const workers = Array.from({ length: 1_005 }, (_, worker) => `w${worker}`);
    const judged = judgeValidity({
      ...sound,
      workerCpu: Object.fromEntries(workers.map((worker) => [worker, 0.95])),
      lostWorkers: workers.slice(0, 5),
    });
    expect(judged.validity).toBe("SUSPECT");
    expect(judged.reasons).toEqual([
      ...workers.slice(0, 5).map((worker) => expect.stringContaining(`${worker} was lost`)),
      ...workers.slice(0, 5).map((worker) => expect.stringContaining(`${worker} used 95 %`)),
      "and 1,000 more of this kind",
    ]);
  });
});
