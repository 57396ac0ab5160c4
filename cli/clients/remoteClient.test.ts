import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { checkDocument } from "../scenario/readScenario.ts";
import { endedRun } from "../output/runs.testing.ts";
import { remoteClient } from "./remoteClient.ts";

let server: Server;
afterEach(() => new Promise((closed) => server.close(closed)));

const loaded = checkDocument(
  {
    ...{ name: "n", targetUrl: "http://127.0.0.1:1/", durationSeconds: 1 },
    loadProfile: { type: "CONSTANT", initialRps: 1 },
  },
  "n",
);

/** Answers a run that has ended, but not when it is asked for a `silent` time. */
async function controller(isSilent: (time: number) => boolean): Promise<string> {
  let asked = 0;
  server = createServer((request, response) => {
    const { method, url = "" } = request;
    if (url.endsWith("/runs/r") && isSilent(++asked)) return void request.socket.destroy();
    response.setHeader("connection", "close");
    if (method === "POST") response.end(JSON.stringify({ runId: "r" }));
    else if (url.includes("/seconds")) response.end(JSON.stringify({ items: [], total: 0 }));
    else response.end(JSON.stringify(endedRun()));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Time passes as soon as somebody waits. */
function fakeClock() {
  let passedMs = 0;
  return {
    nowMs: () => passedMs,
    pause: async (ms: number) => void (passedMs += ms),
    limit: () => new AbortController().signal,
  };
}

test.each([1, 2])("a run goes on when its %dth poll gets no answer", async (silent) => {
  const base = await controller((time) => time === silent);
  const started = await remoteClient(base, fakeClock()).start(loaded);
  expect((await started.ended).state).toBe("COMPLETED");
});

test.each([0, 1])("who gives a run up after %d answers is told how to stop it", async (answers) => {
  const base = await controller((time) => time > answers);
  const ended = remoteClient(base, fakeClock())
    .start(loaded)
    .then((started) => started.ended);
  await expect(ended).rejects.toThrow(`onrush stop r --controller ${base}`);
});
