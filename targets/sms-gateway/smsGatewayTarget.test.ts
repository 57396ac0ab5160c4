import { describe, expect, test } from "vitest";
import type { StartOptions } from "../target.ts";
import { running } from "../testClient.ts";
import { smsGatewayTarget } from "./smsGatewayTarget.ts";

async function startingBalances(options: StartOptions) {
  const { url } = await running(smsGatewayTarget.start({ port: 0, ...options }));
  const ask = ["free", "pro", "enterprise"].map(async (plan) => {
    const headers = { "X-Api-Key": `${plan}-key`, "X-Auth-User-Id": "1" };
    const response = await fetch(`${url}/v1/sms/balance`, { headers });
    return ((await response.json()) as { balance: number }).balance;
  });
  return Promise.all(ask);
}

describe("balances", () => {
  test.each([
    [{}, [100, 10_000, 10_000_000]],
    [{ balances: "free:5" }, [5, 10_000, 10_000_000]],
    [{ balances: "enterprise:1, free:0, pro:2" }, [0, 2, 1]],
  ])("%j starts users with %j", async (options, expected) => {
    expect(await startingBalances(options)).toEqual(expected);
  });
});

test.each<[StartOptions, string]>([
  [{ balances: "gold:5" }, 'balances: "gold:5" is not <plan>:<whole number>'],
  [{ balances: "free:-5" }, 'balances: "free:-5" is not'],
  [{ balances: "toString:5" }, 'balances: "toString:5" is not'],
  [{ errorRate: 1.01 }, "errorRate must be a number from 0 to 1"],
  [{ errorRate: "5%" }, "errorRate must be a number from 0 to 1"],
  [{ latencyMs: -1 }, "latencyMs must be a number from 0 to 3600000"],
  [{ latencyJitterMs: Number.NaN }, "latencyJitterMs must be a number from 0"],
])("%j is refused: %s", async (options, expected) => {
  await expect(smsGatewayTarget.start({ port: 0, ...options })).rejects.toMatchObject({
    code: "BAD_OPTIONS",
    message: expect.stringContaining(expected),
  });
});
