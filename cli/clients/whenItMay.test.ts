import { expect, test } from "vitest";
import { BUSY_PATIENCE_MS, whenItMay } from "./whenItMay.ts";

const answer = (status: number, retryAfter?: string) => () =>
  new Response(null, {
    status,
    headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
  });

/** Gives these answers, the last one for ever, and tells the pauses in between. */
async function asked(...answers: (() => Response)[]) {
  const pauses: number[] = [];
  let times = 0;
  const ask = async () => {
    const next = answers[Math.min(times++, answers.length - 1)];
    return next?.() ?? expect.unreachable();
  };
  const pause = async (ms: number) => pauses.push(ms);
  return { status: (await whenItMay(ask, { pause })).status, pauses };
}

test("a busy controller is asked again when it says so, until it has time", async () => {
  const { status, pauses } = await asked(answer(429, "1"), answer(503, "2"), answer(200));
  expect([status, pauses]).toEqual([200, [1_000, 2_000]]);
});

test("no pause at all is a short one", async () => {
  const { status, pauses } = await asked(answer(429, "0"), answer(200));
  expect([status, pauses]).toEqual([200, [200]]);
});

test("one that stays busy is given up, and what it says last counts", async () => {
  const { status, pauses } = await asked(answer(429, "7"));
  expect(status).toBe(429);
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(BUSY_PATIENCE_MS);
  expect(pauses).toHaveLength(8);
});

test.each([
  ["too long a pause", 429, "3600"],
  ["no pause", 503, undefined],
  ["a pause that cannot be read", 429, "soon"],
  ["success", 200, "1"],
  ["a refusal", 507, "1"],
])("an answer with %s counts at once", async (_what, status, retryAfter) => {
  expect(await asked(answer(status, retryAfter))).toEqual({ status, pauses: [] });
});
