import { expect } from "vitest";
import { running } from "../testClient.ts";
import type { SmsGatewayOptions } from "./startSmsGateway.ts";
import { startSmsGateway } from "./startSmsGateway.ts";

export const defaults: SmsGatewayOptions = {
  host: "127.0.0.1",
  port: 0,
  balances: { free: 100, pro: 10_000, enterprise: 10_000_000 },
  latencyMs: 0,
  latencyJitterMs: 0,
  errorRate: 0,
  random: Math.random,
};
export const message = JSON.stringify({ to: "+989121234567", text: "Hi" });

export const start = (options: Partial<SmsGatewayOptions> = {}) =>
  running(startSmsGateway({ ...defaults, ...options }));

export const headersOf = (plan: string, user = "1") => ({
  "X-Api-Key": `${plan}-key`,
  "X-Auth-User-Id": user,
});

export function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer> | null = message,
  headers: Record<string, string> = headersOf("pro"),
) {
  return fetch(`${url}/v1/sms/send`, { method: "POST", body, headers });
}

export async function balanceOf(url: string, plan: string, user = "1") {
  return (await fetch(`${url}/v1/sms/balance`, { headers: headersOf(plan, user) })).json();
}

type Stats = Record<string, number> & { perSecond: { second: number; count: number }[] };

export async function statsOf(url: string): Promise<Stats> {
  return (await (await fetch(`${url}/stats`)).json()) as Stats;
}

export const rawPost = (body: string, headers = "") =>
  `POST /v1/sms/send HTTP/1.1\r\nHost: x\r\nx-aPI-kEY: pro-key\r\nX-AUTH-USER-ID: 9\r\n` +
  `Content-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;

export async function expectProblem(response: Response, status: number) {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = await response.json();
  expect(problem).toMatchObject({ type: "about:blank", status });
  expect(problem).toHaveProperty("detail");
}
