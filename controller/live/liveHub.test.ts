import { once } from "node:events";
import type { LiveMessage } from "@onrush/shared/api/secondView.ts";
import { liveMessageSchema } from "@onrush/shared/api/secondView.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type RawData, WebSocket } from "ws";
import {
  document,
  sendJson,
  startTestServer,
  testSecond,
  type TestServer,
} from "../http/testServer.ts";

let server: TestServer;
let runId = "";
beforeEach(async () => {
  server = await startTestServer();
  const response = await sendJson(`${server.api}/scenarios`, "POST", document);
  ({ runId } = (await response.json()) as { runId: string });
});
afterEach(() => server.close());

const liveUrl = (id = runId) => `${server.api.replace("http", "ws")}/live?runId=${id}`;
const saySecond = (second: number, rev = 1) =>
  server.runs.say({ type: "second", runId, ...testSecond(second, rev) });
const sayEvent = (text: string) => {
  const event = { at: "2026-11-20T10:00:01.000Z", kind: "info" as const, text };
  server.runs.say({ type: "event", runId, event });
  return event;
};

/** Connects and collects every message, each checked against its schema. */
function listen(url = liveUrl(), headers = {}) {
  const socket = new WebSocket(url, { headers });
  const messages: LiveMessage[] = [];
  socket.on("message", (data: RawData) => {
    messages.push(liveMessageSchema.parse(JSON.parse((data as Buffer).toString())));
    socket.emit("taken");
  });
  const atLeast = async (count: number) => {
    while (messages.length < count) await once(socket, "taken");
    return messages;
  };
  return { socket, messages, atLeast };
}

/** What a client that applies the messages would show: second number to revision. */
function shown(messages: readonly LiveMessage[]): Record<number, number> {
  const seconds: Record<number, number> = {};
  for (const message of messages) {
    const some = message.type === "history" ? message.seconds : [message];
    for (const one of some) if ("rev" in one) seconds[one.second] = one.rev;
  }
  return seconds;
}

async function refusal(url: string, headers = {}) {
  const socket = new WebSocket(url, { headers });
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    { statusCode: number; headers: Record<string, string>; destroy(): void },
  ];
  socket.on("error", () => undefined);
  response.destroy();
  socket.terminate();
  return { status: response.statusCode, type: response.headers["content-type"] };
}

test("the history comes first, then every second, event and change", async () => {
  saySecond(0);
  const { atLeast, socket } = listen();
  await atLeast(1);
  saySecond(1);
  sayEvent("a worker joined");
  await server.runs.stop(runId);
  const messages = await atLeast(4);
  expect(messages.map((message) => message.type)).toEqual(["history", "second", "event", "run"]);
  expect(messages[0]).toMatchObject({ run: { id: runId }, seconds: [{ second: 0 }] });
  socket.terminate();
});

test("what arrives while the history is read is neither lost nor doubled", async () => {
  saySecond(0);
  const original = server.runs.seconds.bind(server.runs);
  server.runs.seconds = async (...range) => {
    saySecond(1); // before the store is read: in the history
    const read = await original(...range);
    saySecond(2); // after it: only a message
    saySecond(0, 2); // a correction of what was read
    return read;
  };
  const { atLeast, messages, socket } = listen();
  await atLeast(3);
  saySecond(3);
  await atLeast(4);
  expect(messages.map((m) => (m.type === "second" ? [m.second, m.rev] : m.type))).toEqual([
    "history",
    [2, 1],
    [0, 2],
    [3, 1],
  ]);
  expect(shown(messages)).toEqual({ 0: 2, 1: 1, 2: 1, 3: 1 });
  socket.terminate();
});

test("a change or event the history already tells is not sent again", async () => {
  const run = server.runs.all.get(runId);
  if (run === undefined) throw new Error("no run");
  server.runs.beforeSeconds = () => {
    server.runs.beforeSeconds = () => undefined;
    const at = "2026-11-20T10:00:00.000Z";
    const event = { at, kind: "info" as const, text: "known" };
    server.runs.all.set(runId, { ...run, state: "RUNNING", events: [event] });
  };
  const original = server.runs.get.bind(server.runs);
  let calls = 0;
  server.runs.get = async (id) => {
    if (++calls !== 2) return original(id);
    server.runs.say({ type: "run", run: { ...run, state: "PREPARING" } });
    const event = sayEvent("known");
    const now = { ...run, state: "RUNNING" as const, events: [event] };
    server.runs.all.set(id, now);
    return now;
  };
  const { atLeast, socket } = listen();
  await atLeast(1);
  saySecond(0);
  const messages = await atLeast(2);
  expect(messages.map((m) => m.type)).toEqual(["history", "second"]);
  expect(messages[0]).toMatchObject({ run: { state: "RUNNING" } });
  socket.terminate();
});

test("a client that reconnects has every second again", async () => {
  const first = listen();
  await first.atLeast(1);
  saySecond(0);
  await first.atLeast(2);
  first.socket.terminate();
  saySecond(1);
  const again = listen();
  await again.atLeast(1);
  saySecond(2);
  expect(shown(await again.atLeast(2))).toEqual({ 0: 1, 1: 1, 2: 1 });
  again.socket.terminate();
});

test("a message is serialised once for all sockets, and one watch serves them", async () => {
  const clients = [listen(), listen(), listen()];
  await Promise.all(clients.map((client) => client.atLeast(1)));
  expect(server.runs.watchers.get(runId)?.size).toBe(1);
  expect(server.liveHub.counts()).toMatchObject({ connections: 3, runs: 1 });
  const stringify = vi.spyOn(JSON, "stringify");
  saySecond(0);
  expect(stringify).toHaveBeenCalledTimes(1);
  stringify.mockRestore();
  await Promise.all(clients.map((client) => client.atLeast(2)));
  for (const { socket } of clients) socket.terminate();
});

test("the watch ends with the last connection", async () => {
  const { atLeast, socket } = listen();
  await atLeast(1);
  socket.close();
  await expect.poll(() => server.runs.watchers.get(runId)?.size).toBe(0);
  expect(server.liveHub.counts()).toMatchObject({ connections: 0, runs: 0 });
});

test.each([
  ["an unknown run", "/api/v1/live?runId=none", {}, 404],
  ["no run", "/api/v1/live", {}, 400],
  ["an empty run", "/api/v1/live?runId=", {}, 400],
  ["another path", "/api/v1/other?runId=RUN", {}, 404],
  ["an unusable path", "//%?runId=RUN", {}, 404],
  ["a foreign page", "/api/v1/live?runId=RUN", { Origin: "http://evil.test" }, 403],
  ["a sandboxed page", "/api/v1/live?runId=RUN", { Origin: "null" }, 403],
  ["a foreign host", "/api/v1/live?runId=RUN", { Host: "evil.test" }, 403],
])("%s is refused before the upgrade", async (_what, path, headers, status) => {
  const url = server.url.replace("http", "ws") + path.replace("RUN", runId);
  expect(await refusal(url, headers)).toEqual({ status, type: "application/problem+json" });
});

test.each([
  ["away", 503, () => Promise.reject(new Error("mongo.internal:27017"))],
  ["there", 500, () => Promise.resolve()],
])(
  "a viewer whose run cannot be read is told why: the store is %s",
  async (_how, status, store) => {
    const other = await startTestServer({ checks: { store } });
    other.runs.get = () => Promise.reject(new Error("mongo.internal:27017"));
    const url = `${other.url.replace("http", "ws")}/api/v1/live?runId=${runId}`;
    expect(await refusal(url)).toEqual({ status, type: "application/problem+json" });
    await other.close();
  },
);

test("a page of our own is welcome", async () => {
  const { atLeast, socket } = listen(liveUrl(), { Origin: server.url });
  await atLeast(1);
  socket.terminate();
});

test("a client that sends much is disconnected, the others stay", async () => {
  const [loud, quiet] = [listen(), listen()];
  await Promise.all([loud.atLeast(1), quiet.atLeast(1)]);
  loud.socket.send("x".repeat(10_000));
  const [code] = (await once(loud.socket, "close")) as [number];
  expect(code).toBe(1009);
  saySecond(0);
  await quiet.atLeast(2);
  quiet.socket.terminate();
});

test("a client that does not read is dropped and counted, with 1013", async () => {
  const slow = listen();
  await slow.atLeast(1);
  slow.socket.pause();
  const text = "x".repeat(500_000);
  for (let i = 0; i < 100 && server.liveHub.counts().dropped === 0; i++) sayEvent(text);
  expect(server.liveHub.counts().dropped).toBe(1);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain("onrush_live_dropped_total 1\n");
  const closed = once(slow.socket, "close") as Promise<[number]>;
  slow.socket.resume();
  expect((await closed)[0]).toBe(1013);
});

test("a large history alone does not count as slow reading", async () => {
  server.runs.stored.set(
    runId,
    Array.from({ length: 12_000 }, (_, n) => testSecond(n)),
  );
  const original = server.runs.seconds.bind(server.runs);
  server.runs.seconds = async (...range) => {
    const read = await original(...range);
    saySecond(12_000);
    return read;
  };
  const { atLeast, socket } = listen();
  const [history, next] = await atLeast(2);
  expect(history?.type === "history" && history.seconds.length).toBeGreaterThan(11_999);
  expect(next).toMatchObject({ type: "second", second: 12_000 });
  socket.terminate();
});

test("a connection that answers no ping ends at the second sweep", async () => {
  const { atLeast, socket } = listen();
  await atLeast(1);
  socket.pause();
  server.liveHub.sweep();
  server.liveHub.sweep();
  socket.resume();
  await once(socket, "close");
});

test("a connection that answers pings stays", async () => {
  const { atLeast, socket } = listen();
  await atLeast(1);
  for (let i = 0; i < 3; i++) {
    const asked = once(socket, "ping");
    server.liveHub.sweep();
    await asked;
    // Our own ping travels behind the pong: its answer shows that the pong has arrived.
    const answered = once(socket, "pong");
    socket.ping();
    await answered;
  }
  expect(server.liveHub.counts().connections).toBe(1);
  socket.terminate();
});

test("close ends every stream", async () => {
  const { atLeast, socket } = listen();
  await atLeast(1);
  await Promise.all([once(socket, "close"), server.close()]);
  expect(server.runs.watchers.get(runId)?.size).toBe(0);
});

test("a history that cannot be read closes the stream with 1011 and is logged", async () => {
  server.runs.beforeSeconds = () => Promise.reject(new Error("disk"));
  const { socket } = listen();
  const [code] = (await once(socket, "close")) as [number];
  expect(code).toBe(1011);
  expect(server.logged.join("")).toContain("cannot read the history");
});
