import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbedded, startTarget, type TestPlatform } from "./platforms.ts";

/** Other work on the machine only adds to a latency, so one undisturbed run of a few shows it. */
const RETRY = { retry: 3 };

describe("what is measured is what the target did", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startEmbedded(1);
  });
  afterAll(() => platform?.stop());

  async function summaryOf(rps: number, durationSeconds: number, ...target: string[]) {
    const known = await startTarget("known", ...target);
    const { runId } = await platform.api.start({
      name: target.join(" "),
      targetUrl: `${known.url}/`,
      durationSeconds,
      loadProfile: { type: "CONSTANT", initialRps: rps },
    });
    const run = await platform.api.ended(runId);
    await known.stop();
    if (run.summary === null) throw new Error("the run has no summary");
    return run.summary;
  }

  test("a target that takes 50 ms measures 50 ms", RETRY, async () => {
    const { service, response } = await summaryOf(200, 5, "--delay-ms", "50");
    // It never answers early, and a timer of its own is up to about a millisecond late.
    expect(service.min).toBeGreaterThanOrEqual(50);
    expect(service.p50).toBeLessThanOrEqual(52);
    expect(response.p50).toBeGreaterThanOrEqual(service.p50);
  });

  test("a stall of one second in ten shows in full in the response time", RETRY, async () => {
    const { response, requests } = await summaryOf(
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
