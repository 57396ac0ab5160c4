import { expect, test } from "vitest";
import { CliError } from "../cliError.ts";
import { EXIT } from "../exitCodes.ts";
import { UnreachableError } from "./controllerApi.ts";
import { PATIENCE_MS, patiently, type PatienceClock } from "./patiently.ts";

function fakeClock(): PatienceClock & { passedMs: number } {
  return {
    passedMs: 0,
    nowMs() {
      return this.passedMs;
    },
    async pause(ms) {
      this.passedMs += ms;
    },
    limit: () => new AbortController().signal,
  };
}

test("a controller that comes back in time is asked until it answers", async () => {
  const clock = fakeClock();
  let asked = 0;
  const answer = await patiently(async () => {
    asked++;
    if (clock.nowMs() < PATIENCE_MS / 2) throw new UnreachableError("away");
    return "here";
  }, clock);
  expect(answer).toBe("here");
  expect(asked).toBeGreaterThan(2);
});

test("one that stays away is given up after half a minute", async () => {
  const clock = fakeClock();
  const away = patiently(() => Promise.reject(new UnreachableError("away")), clock);
  await expect(away).rejects.toThrow("away");
  expect(clock.passedMs).toBe(PATIENCE_MS);
});

test("one that hangs for longer than that, and then comes back, is asked again", async () => {
  const clock = fakeClock();
  let asked = 0;
  const answer = await patiently(async () => {
    if (++asked === 2) return "here";
    clock.passedMs += PATIENCE_MS + 1_000;
    throw new UnreachableError("it hung");
  }, clock);
  expect(answer).toBe("here");
});

test("no question waits for ever: the next one may be answered", async () => {
  const limit = new AbortController();
  let asked = 0;
  const answer = patiently(
    (signal) => {
      if (++asked === 2) return Promise.resolve("here");
      const { promise, reject } = Promise.withResolvers<string>();
      signal.addEventListener("abort", () => reject(new UnreachableError("it hung")));
      return promise;
    },
    { ...fakeClock(), pause: async () => {}, limit: () => limit.signal },
  );
  limit.abort();
  expect(await answer).toBe("here");
});

test("what it refuses is not asked again", async () => {
  const clock = fakeClock();
  const refused = patiently(() => Promise.reject(new CliError("no such run", EXIT.error)), clock);
  await expect(refused).rejects.toThrow("no such run");
  expect(clock.passedMs).toBe(0);
});
