import { afterEach, expect, test } from "vitest";
import type { LeaseReply, LeaseRequest } from "@onrush/shared/wire/leaseRenewal.ts";
import { sendJson, startTestServer, type TestServer } from "../http/testServer.ts";

let server: TestServer;
afterEach(() => server.close());

const request: LeaseRequest = { workerId: "w", shares: [{ runId: "r", share: "0/0", epoch: 1 }] };
const reply: LeaseReply = {
  shares: [{ runId: "r", share: "0/0", epoch: 1, ackedSeq: 3 }],
  ...{ commands: [], owners: { r: "http://owner:1" } },
};

/** `answered` is what the controller says of shares; undefined where Redis answers it. */
async function ask(answered: LeaseReply | undefined, body: object = request) {
  const asked: LeaseRequest[] = [];
  const renew = async (leases: LeaseRequest) => {
    asked.push(leases);
    return answered;
  };
  server = await startTestServer({ leases: { renew } });
  const response = await sendJson(`${server.api}/leases`, "POST", body);
  return { asked, status: response.status, body: await response.json() };
}

test("a worker that asks for its leases is told how its shares stand", async () => {
  expect(await ask(reply)).toEqual({ asked: [request], status: 200, body: reply });
});

test("a worker that asks a controller which Redis answers is sent back there", async () => {
  const { status, body } = await ask(undefined);
  expect(status).toBe(409);
  expect(body).toMatchObject({ detail: expect.stringMatching(/Redis/) as string });
});

test("what is no question for leases is refused before it is looked at", async () => {
  const { asked, status } = await ask(reply, { workerId: "w", shares: [{ runId: "r", epoch: 0 }] });
  expect([asked, status]).toEqual([[], 400]);
});

test("where workers are child processes nobody renews leases over HTTP", async () => {
  server = await startTestServer();
  expect((await sendJson(`${server.api}/leases`, "POST", request)).status).toBe(404);
});
