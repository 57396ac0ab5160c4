import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from "node:http2";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import { Slot } from "../../engine/slot.ts";
import type { PoolLimits } from "../connectionPool.ts";
import { get, type Outcome, perform } from "./conformance.testing.ts";
import type { HttpRequest, HttpTransport } from "./httpRequest.ts";
import { selfSigned } from "./selfSigned.testing.ts";
import { UndiciTransport } from "./undiciTransport.ts";

/** What a scenario with `http.version: "2"` is promised, over a real HTTP/2 server. */

const CANCEL = 8;
const REFUSED_STREAM = 7;
const ENHANCE_YOUR_CALM = 11;

const shared: PoolLimits = { connections: Infinity, perUser: false };
const clock = { nowUs: () => performance.now() * 1000 };

function http2(limits = shared): HttpTransport {
  return new UndiciTransport(clock, {
    ...{ rejectUnauthorized: false, limits },
    http: { ...plainHttp, version: "2" },
  });
}

interface Seen {
  method: string;
  path: string;
  headers: Record<string, unknown>;
  body: string;
}

/** Answers by path, and knows what came. */
class Target {
  readonly seen: Seen[] = [];
  readonly held: ServerHttp2Stream[] = [];
  sessions = 0;
  readonly #server: Http2SecureServer;

  constructor(settings: { maxConcurrentStreams?: number } = {}) {
    this.#server = createSecureServer({ ...selfSigned, settings });
    this.#server.on("session", (session) => {
      this.sessions++;
      session.on("error", () => {});
    });
    this.#server.on("sessionError", () => {});
    this.#server.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      let body = "";
      stream.on("data", (chunk: Buffer) => (body += chunk.toString()));
      const { ":method": method = "", ":path": path = "", ...rest } = headers;
      stream.on("end", () => this.seen.push({ method, path, headers: rest, body }));
      this.#answer(stream, path);
    });
  }

  #answer(stream: ServerHttp2Stream, path: string): void {
    const ok = () => {
      stream.respond({ ":status": 200, "content-length": 2 });
      stream.end("ok");
    };
    switch (path) {
      case "/hold":
        this.held.push(stream);
        return;
      case "/reset":
        return stream.close(ENHANCE_YOUR_CALM);
      case "/cancel":
        return stream.close(CANCEL);
      case "/refuse":
        return stream.close(REFUSED_STREAM);
      case "/goaway":
        stream.session?.goaway(ENHANCE_YOUR_CALM, 0);
        return;
      case "/last":
        stream.session?.goaway(0);
        return ok();
      case "/cut":
        stream.session?.socket.destroy();
        return;
      case "/interim":
        stream.additionalHeaders({ ":status": 103 });
        return ok();
      case "/503":
        stream.respond({ ":status": 503 }, { endStream: true });
        return;
      case "/204":
        stream.respond({ ":status": 204 }, { endStream: true });
        return;
      case "/cancel-short":
        stream.respond({ ":status": 200, "content-length": 9 });
        stream.write("abc");
        setImmediate(() => stream.close(CANCEL));
        return;
      case "/short":
        stream.respond({ ":status": 200, "content-length": 9 });
        stream.end("abc");
        return;
      default:
        ok();
    }
  }

  releaseAll(): void {
    for (const stream of this.held.splice(0)) {
      if (stream.destroyed) continue;
      stream.respond({ ":status": 200 });
      stream.end("ok");
    }
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

const until = async (isSo: () => boolean) => {
  while (!isSo()) await pause(5);
};

/** Requests under way at once, each on a slot of its own. */
function begin(transport: HttpTransport, request: HttpRequest, count: number) {
  const operation = transport.operation(request);
  const slots = Array.from({ length: count }, (_, i) => new Slot(i));
  const ended = slots.map((slot) => {
    slot.beginRequest(0, 0, 0);
    return new Promise<Slot>((resolve) => operation.perform(slot, resolve));
  });
  return { slots, ended: Promise.all(ended) };
}

describe("HTTP/2", () => {
  const target = new Target();
  let base: string;
  let transport: HttpTransport;

  beforeAll(async () => {
    base = await target.start();
    transport = http2();
  });
  afterAll(async () => {
    transport.close();
    await target.stop();
  });

  const outcomes: [string, Outcome][] = [
    ["/ok", { status: 200, error: "" }],
    ["/interim", { status: 200, error: "" }],
    ["/503", { status: 503, error: "" }],
    ["/204", { status: 204, error: "" }],
    ["/reset", { status: 0, error: "streamReset" }],
    ["/cancel", { status: 0, error: "streamReset" }],
    ["/refuse", { status: 0, error: "streamRefused" }],
    ["/cancel-short", { status: 0, error: "protocol" }],
    ["/short", { status: 0, error: "protocol" }],
    ["/last", { status: 200, error: "" }],
    ["/hold", { status: 0, error: "timeout" }],
  ];
  test.each(outcomes)(
    "%s comes to its outcome, and the next request is clean",
    async (path, outcome) => {
      const { status, error } = await perform(transport, get(base + path), 300);
      expect({ status, error }).toEqual(outcome);
      expect(await perform(transport, get(`${base}/ok`))).toMatchObject({ status: 200, error: "" });
      target.held.length = 0;
    },
  );

  test("a connection that ends by GOAWAY or is cut fails what it carried", async () => {
    const goaway = await perform(transport, get(`${base}/goaway`), 1_000);
    expect(["goaway", "streamRefused"]).toContain(goaway.error);
    expect(await perform(transport, get(`${base}/ok`))).toMatchObject({ status: 200, error: "" });
    const cut = await perform(transport, get(`${base}/cut`), 1_000);
    expect(["connectionClosed", "connectionReset", "streamReset"]).toContain(cut.error);
    expect(await perform(transport, get(`${base}/ok`))).toMatchObject({ status: 200, error: "" });
  });

  test("the request is what was asked for, without headers of the connection", async () => {
    target.seen.length = 0;
    const headers = { "X-One": "1", Connection: "keep-alive", TE: "gzip" };
    const body = new TextEncoder().encode("grüße");
    const request = { method: "POST", url: `${base}/a?b=c`, headers, body };
    const { status, slot } = await perform(transport, request);
    expect(status).toBe(200);
    expect(target.seen).toMatchObject([{ method: "POST", path: "/a?b=c", body: "grüße" }]);
    const seen = target.seen[0]?.headers ?? {};
    expect(seen).toMatchObject({ "x-one": "1", "content-length": "7", "user-agent": "onrush" });
    expect(Object.keys(seen)).not.toContain("connection");
    expect(slot.sentUs).toBeGreaterThan(0);
    expect(slot.firstByteUs).toBeGreaterThanOrEqual(slot.sentUs);
    expect(slot.endUs).toBeGreaterThanOrEqual(slot.firstByteUs);
    expect(slot.bytesSent).toBeGreaterThan(7);
    expect(slot.bytesReceived).toBeGreaterThan(2);
  });

  test("a HEAD request has no body to wait for", async () => {
    const request = { ...get(`${base}/head`), method: "HEAD" };
    expect(await perform(transport, request)).toMatchObject({ status: 200, error: "" });
  });

  test("a certificate that nobody vouches for fails the request before it is sent", async () => {
    const strict = new UndiciTransport(clock, {
      ...{ rejectUnauthorized: true, limits: shared },
      http: { ...plainHttp, version: "2" },
    });
    const { error, slot } = await perform(strict, get(`${base}/`));
    expect([error, slot.sentUs]).toEqual(["tls", -1]);
    strict.close();
  });
});

describe("many requests at once", () => {
  const target = new Target();
  let base: string;
  beforeAll(async () => void (base = await target.start()));
  afterAll(() => target.stop());

  test.each<[string, PoolLimits, number, number, number]>([
    ["share one connection up to a hundred", shared, 100, 1, 100],
    ["open another beyond a hundred", shared, 250, 3, 250],
    ["wait where connections are limited", { connections: 1, perUser: false }, 130, 1, 100],
    ["have a connection for each user", { connections: Infinity, perUser: true }, 4, 4, 4],
  ])("%s", async (_what, limits, count, connections, atOnce) => {
    const transport = http2(limits);
    const before = target.sessions;
    const { ended } = begin(transport, get(`${base}/hold`), count);
    await until(() => target.held.length === atOnce);
    await pause(20);
    expect(target.held.length).toBe(atOnce);
    expect([transport.connections, target.sessions - before]).toEqual([connections, connections]);
    const timer = setInterval(() => target.releaseAll(), 5);
    const slots = await ended;
    clearInterval(timer);
    expect(slots.every(({ status, error }) => status === 200 && error === "")).toBe(true);
    transport.close();
  });

  test("a timeout ends its stream and no other", async () => {
    const transport = http2();
    const before = target.sessions;
    const { slots, ended } = begin(transport, get(`${base}/hold`), 3);
    await until(() => target.held.length === 3);
    const [first] = slots;
    first?.cancel?.(first, "timeout");
    await until(() => target.held.some((stream) => stream.closed));
    target.releaseAll();
    const errors = (await ended).map(({ error }) => error);
    expect(errors).toEqual(["timeout", "", ""]);
    expect(target.sessions - before).toBe(1);
    transport.close();
  });

  test("a timeout after a GOAWAY ends nobody else's request", async () => {
    const transport = http2({ connections: 1, perUser: false });
    const before = target.sessions;
    const held = begin(transport, get(`${base}/hold`), 3);
    await until(() => target.held.length === 3);
    // The target goes on with the first two alone; undici would send the third once more.
    target.held[0]?.session?.goaway(0, target.held[1]?.id);
    await until(() => transport.connections === 0);
    const { ended } = begin(transport, get(`${base}/ok`), 5);
    const third = held.slots[2];
    third?.cancel?.(third, "timeout");
    target.releaseAll();
    expect((await ended).map(({ error }) => error)).toEqual(["", "", "", "", ""]);
    const errors = (await held.ended).map(({ error }) => error);
    expect(errors.slice(0, 2)).toEqual(["", ""]);
    expect(["timeout", "streamRefused"]).toContain(errors[2]);
    expect(target.sessions - before).toBeGreaterThan(1);
    transport.close();
  });

  test("connections opened ahead are used, also when that was a while ago", async () => {
    const transport = http2({ connections: 2, perUser: false });
    const before = target.sessions;
    transport.operation(get(`${base}/ok`));
    await transport.warmUp(2);
    expect(transport.connections).toBe(2);
    await pause(100);
    for (let i = 0; i < 4; i++) {
      expect(await perform(transport, get(`${base}/ok`))).toMatchObject({ status: 200, error: "" });
    }
    expect(target.sessions - before).toBe(2);
    transport.close();
  });

  test("a target that allows fewer streams gets no more", async () => {
    const narrow = new Target({ maxConcurrentStreams: 3 });
    const url = `${await narrow.start()}/hold`;
    const transport = http2();
    // It has said so by the time it has answered anything.
    await perform(transport, get(url.replace("hold", "ok")));
    const first = begin(transport, get(url), 4);
    await until(() => narrow.held.length === 3);
    await pause(20);
    // The one that showed the limit waits where it is, the others go elsewhere.
    const second = begin(transport, get(url), 3);
    await until(() => narrow.held.length === 6);
    expect(transport.connections).toBe(2);
    expect(first.slots.filter(({ sentUs }) => sentUs < 0)).toHaveLength(1);
    const ended = Promise.all([first.ended, second.ended]).then((both) => both.flat());
    const timer = setInterval(() => narrow.releaseAll(), 5);
    expect((await ended).every(({ status }) => status === 200)).toBe(true);
    clearInterval(timer);
    transport.close();
    await narrow.stop();
  });

  test("what is held back by the target's limit can be given up, and is never sent", async () => {
    const narrow = new Target({ maxConcurrentStreams: 2 });
    const url = `${await narrow.start()}/hold`;
    const transport = http2({ connections: 1, perUser: false });
    const { slots, ended } = begin(transport, get(url), 5);
    await until(() => narrow.held.length === 2);
    for (const slot of slots.slice(2)) slot.cancel?.(slot, "timeout");
    expect(slots.slice(2).map(({ error, sentUs }) => [error, sentUs])).toEqual(
      Array.from({ length: 3 }, () => ["timeout", -1]),
    );
    narrow.releaseAll();
    await ended;
    await perform(transport, get(url.replace("hold", "ok")));
    expect(narrow.seen.filter(({ path }) => path === "/hold")).toHaveLength(2);
    transport.close();
    await narrow.stop();
  });
});

test("a target that speaks no HTTP/2 fails the requests instead of getting HTTP/1.1", async () => {
  let requests = 0;
  const old = createServer(selfSigned, (_request, response) => {
    requests++;
    response.end("ok");
  });
  await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
  const url = `https://localhost:${(old.address() as AddressInfo).port}/`;
  const transport = http2();
  const { status, error, slot } = await perform(transport, get(url));
  expect({ status, error, sentUs: slot.sentUs, requests }).toEqual({
    ...{ status: 0, error: "http2Unsupported", sentUs: -1, requests: 0 },
  });
  transport.close();
  await new Promise((resolve) => old.close(resolve));
});

describe("a target that speaks frames of its own", () => {
  const [HEADERS, DATA, RST_STREAM, SETTINGS] = [1, 0, 3, 4];
  const [ACK, END_STREAM, END_HEADERS] = [1, 1, 4];
  const OK_STATUS = [0x88];
  const frame = (type: number, flags: number, stream: number, payload: number[]) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, Buffer.from(payload)]);
  };
  type Frame = readonly [type: number, flags: number, payload: number[]];
  const rst = (code: number): Frame => [RST_STREAM, 0, [0, 0, 0, code]];

  /** Answers the first request on each connection with these frames. */
  async function answered(frames: readonly Frame[], last?: "end"): Promise<Outcome> {
    const server = createTlsServer({ ...selfSigned, ALPNProtocols: ["h2"] }, (socket) => {
      socket.on("error", () => {});
      let seen = Buffer.alloc(0);
      let isPreface = true;
      socket.write(frame(SETTINGS, 0, 0, []));
      socket.on("data", (data: Buffer) => {
        seen = Buffer.concat([seen, data]);
        if (isPreface && seen.length >= 24) {
          seen = seen.subarray(24);
          isPreface = false;
        }
        if (isPreface) return;
        while (seen.length >= 9 && seen.length >= 9 + seen.readUIntBE(0, 3)) {
          const [type, flags, stream] = [seen[3], seen[4] ?? 0, seen.readUInt32BE(5)];
          seen = seen.subarray(9 + seen.readUIntBE(0, 3));
          if (type === SETTINGS && (flags & ACK) === 0) socket.write(frame(SETTINGS, ACK, 0, []));
          if (type !== HEADERS) continue;
          for (const [t, f, payload] of frames) socket.write(frame(t, f, stream, payload));
          if (last === "end") socket.end();
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const transport = http2();
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    const { status, error } = await perform(transport, get(url), 300);
    transport.close();
    await new Promise((resolve) => server.close(resolve));
    return { status, error };
  }

  const begun: Frame = [HEADERS, END_HEADERS, OK_STATUS];
  const half: Frame = [DATA, 0, [1, 2, 3]];
  test.each<[string, readonly Frame[], Outcome]>([
    ["whole", [begun, half, [DATA, END_STREAM, []]], { status: 200, error: "" }],
    ["reset before the head", [rst(2)], { status: 0, error: "streamReset" }],
    ["reset within the body", [begun, half, rst(2)], { status: 0, error: "streamReset" }],
    // Node ends such a stream like a whole one; undici cannot tell, unless a length was promised.
    ["cancelled within the body", [begun, half, rst(CANCEL)], { status: 200, error: "" }],
    ["silent within the body", [begun, half], { status: 0, error: "timeout" }],
    ["data before the head", [half], { status: 0, error: "protocol" }],
    ["a head without a status", [[HEADERS, END_HEADERS, []]], { status: 0, error: "streamReset" }],
    [
      "garbage for a head",
      [[HEADERS, END_HEADERS, [255, 255, 255]]],
      { status: 0, error: "protocol" },
    ],
  ])("%s", async (_what, frames, outcome) => {
    expect(await answered(frames)).toEqual(outcome);
  });

  test("closed within the body", async () => {
    const { status, error } = await answered([begun, half], "end");
    expect(status).toBe(0);
    expect(["connectionClosed", "streamReset"]).toContain(error);
  });
});
