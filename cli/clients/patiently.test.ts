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

test("what it refuses is not asked again", async () => {
  const clock = fakeClock();
  const refused = patiently(() => Promise.reject(new CliError("no such run", EXIT.error)), clock);
  await expect(refused).rejects.toThrow("no such run");
  expect(clock.passedMs).toBe(0);
});
