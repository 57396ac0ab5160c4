import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbedded, startTarget, type TestPlatform } from "./platforms.ts";

/** Other work on the machine only adds to a latency, so one undisturbed run of a few shows it. */
const RETRY = { retry: 9 };

const WARM_UP_SECONDS = 3;
const ASK_EVERY_MS = 2_000;

describe("what is measured is what the target did", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startEmbedded(1);
  });
  afterAll(() => platform?.stop());

  async function measure(rps: number, durationSeconds: number, ...target: string[]) {
    const known = await startTarget("known", ...target);
    const load = async (seconds: number) => {
      const { runId } = await platform.api.start({
        name: target.join(" "),
        targetUrl: `${known.url}/`,
        durationSeconds: seconds,
        loadProfile: { type: "CONSTANT", initialRps: rps },
      });
      return platform.api.ended(runId, ASK_EVERY_MS);
    };
    // A server that has just started is slow to see what has arrived, and does not count that.
    if (!target.includes("--stall-ms")) await load(WARM_UP_SECONDS);
    await fetch(`${known.url}/__reset`, { method: "POST" });
    const run = await load(durationSeconds);
    const answer = await fetch(`${known.url}/__holds`);
    const held = new Float64Array(await answer.arrayBuffer()).map((us) => us / 1000).sort();
    await known.stop();
    if (run.summary === null) throw new Error("the run has no summary");
    /** What the target itself says: it held so many milliseconds (nearest rank). */
    const truth = (percentile: number) =>
      held[Math.max(1, Math.ceil((percentile / 100) * held.length)) - 1] ?? Number.NaN;
    return { ...run.summary, truth };
  }

  test("a target that takes 50 ms measures 50 ms", RETRY, async () => {
    const { service, response, truth } = await measure(200, 10, "--delay-ms", "50");
    // It never answers early.
    expect(service.min).toBeGreaterThanOrEqual(50);
    expect(Math.abs(service.p50 - truth(50))).toBeLessThanOrEqual(0.5);
    expect(Math.abs(service.p99 - truth(99))).toBeLessThanOrEqual(1);
    expect(response.p50).toBeGreaterThanOrEqual(service.p50);
  });

  test.each(["lognormal:40:0.7", "exponential:30", "uniform:5:250"])(
    "delays drawn from %s have their percentiles within 2 % and 1 ms",
    RETRY,
    async (distribution) => {
      const target = ["--delay-distribution", distribution, "--seed", "7"];
      const { service, requests, truth } = await measure(1000, 10, ...target);
      expect(requests.sent).toBe(10_000);
      const measured = { 50: service.p50, 90: service.p90, 99: service.p99, 99.9: service.p999 };
      for (const [percentile, ms] of Object.entries(measured)) {
        const wanted = truth(Number(percentile));
        const off = Math.abs(ms - wanted);
        expect(off, `p${percentile}: ${ms} of ${wanted}`).toBeLessThanOrEqual(0.02 * wanted + 1);
      }
    },
  );

  test("a stall of one second in ten shows in full in the response time", RETRY, async () => {
    const { response, requests } = await measure(
      ...([1000, 10] as const),
      ...["--stall-after-ms", "4000", "--stall-ms", "1000"],
    );
    expect(requests.sent).toBe(10_000);
    // A tenth of the arrivals waits 0 to 1 s, evenly: the upper half of them more than 0.5 s.
    expect(response.p95).toBeGreaterThan(475);
    expect(response.p95).toBeLessThan(525);
    expect(response.p99).toBeGreaterThan(855);
    expect(response.p99).toBeLessThan(945);
  });
});
