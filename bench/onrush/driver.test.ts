import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCounted } from "../programs.ts";
import type { Job, JobResult } from "./job.ts";
import { plainStep } from "./onrushRound.ts";

const DRIVER = fileURLToPath(new URL("driver.ts", import.meta.url));

let received = 0;
const server = createServer((_request, response) => {
  received++;
  response.end("ok\n");
});

beforeEach(async () => {
  received = 0;
  await once(server.listen(0, "127.0.0.1"), "listening");
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function run(job: Pick<Job, "threads" | "load">): Promise<JobResult> {
  const { port } = server.address() as AddressInfo;
  const step = plainStep(`http://127.0.0.1:${port}/`);
  const whole: Job = {
    ...job,
    step,
    warmUpSeconds: 1,
    seconds: 1,
    engineCore: null,
    targetPid: process.pid,
  };
  const command = [process.execPath, DRIVER, JSON.stringify(whole)];
  return JSON.parse((await runCounted(command, 60_000)).output) as JobResult;
}

test.each([1, 2])(
  "a schedule on %i engine threads is accounted for to the last request",
  { timeout: 60_000 },
  async (threads) => {
    const result = await run({
      threads,
      load: { type: "open", rps: 201, maxInFlight: 1_000, connections: 10, pacing: "timer" },
    });
    expect(result).toMatchObject({ scheduled: 201, unaccounted: 0, failed: 0 });
    expect(result.requests).toBe(result.started);
    // The second that warms up has sent some, too.
    expect(received).toBeGreaterThan(result.requests);
  },
);

test("users are accounted for to the last request", { timeout: 60_000 }, async () => {
  const result = await run({ threads: 1, load: { type: "closed", users: 3 } });
  expect(result).toMatchObject({ unaccounted: 0, failed: 0 });
  expect(received).toBeGreaterThan(result.requests);
});
