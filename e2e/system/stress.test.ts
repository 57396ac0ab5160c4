import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runViewSchema } from "@onrush/shared/api/runView.ts";
import { OnrushProcess } from "./onrushProcess.ts";
import { startTarget, type TestTarget } from "./platforms.ts";

interface GatewayStats {
  received: number;
  accepted: number;
  perSecond: { second: number; count: number }[];
}

describe("the SMS gateway example", () => {
  let target: TestTarget;
  let scratch: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "onrush-e2e-"));
    target = await startTarget("sms-gateway");
  });
  afterAll(async () => {
    await target?.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  test("holds 2,000 requests/s for 60 s", async () => {
    const example = new URL("../../examples/sms-gateway-stress.json", import.meta.url);
    const scenario = (await readFile(example, "utf8")).replaceAll(
      "http://127.0.0.1:9091",
      target.url,
    );
    const file = join(scratch, "stress.json");
    await writeFile(file, scenario);
    const json = join(scratch, "run.json");
    const onrush = new OnrushProcess(["run", file, "--quiet", "--json", json]);
    await onrush.exited;
    const run = runViewSchema.parse(JSON.parse(await readFile(json, "utf8")));
    const stats = (await (await fetch(`${target.url}/stats`)).json()) as GatewayStats;
    expect(run.ledger).toMatchObject({ scheduled: 120_000, lost: 0 });
    expect(run.ledger.started + run.ledger.dropped).toBe(120_000);
    expect(run.summary?.requests.sent).toBe(stats.received);
    expect(run.summary?.statusCodes).toEqual({ "202": stats.accepted });
    // Held: what the generator could not send in time is at most one in a thousand.
    expect(stats.received).toBeGreaterThanOrEqual(119_880);
    expect(run.summary?.rps).toBeGreaterThanOrEqual(1998);
    // The run's seconds are not the clock's, so its first and last clock second are cut.
    const whole = stats.perSecond.slice(1, -1).map(({ count }) => count);
    expect(whole.length).toBeGreaterThanOrEqual(58);
    const mean = whole.reduce((sum, count) => sum + count, 0) / whole.length;
    expect(mean).toBeGreaterThan(1990);
  });
});
