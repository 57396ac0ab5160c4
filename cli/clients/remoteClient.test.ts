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

/** Answers a run that has ended, but not when it is asked for the `silent`th time. */
async function controller(silent: number): Promise<string> {
  let asked = 0;
  server = createServer((request, response) => {
    const { method, url = "" } = request;
    if (url.endsWith("/runs/r") && ++asked === silent) return void request.socket.destroy();
    response.setHeader("connection", "close");
    if (method === "POST") response.end(JSON.stringify({ runId: "r" }));
    else if (url.includes("/seconds")) response.end(JSON.stringify({ items: [], total: 0 }));
    else response.end(JSON.stringify(endedRun()));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a poll without an answer does not end the run", async () => {
  const started = await remoteClient(await controller(2)).start(loaded);
  expect((await started.ended).state).toBe("COMPLETED");
});
