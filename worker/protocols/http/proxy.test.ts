import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type HttpOptions, plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import { get, perform } from "./conformance.testing.ts";
import { ForwardProxy, type ProxyOptions } from "./forwardProxy.testing.ts";
import type { HttpTransport } from "./httpRequest.ts";
import { selfSigned } from "./selfSigned.testing.ts";
import { UndiciTransport } from "./undiciTransport.ts";

const clock = { nowUs: () => performance.now() * 1000 };
const limits = { connections: Infinity, perUser: false };

/** A target on its own, and what it saw. */
const seen: { url: string; host: string; body: string; secret: boolean }[] = [];
const plain = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    const { url = "", headers } = request;
    seen.push({ url, host: headers.host ?? "", body, secret: "proxy-authorization" in headers });
    if (url === "/503") response.statusCode = 503;
    response.end("ok");
  });
});
// Speaks HTTP/1.1 and HTTP/2.
const secure = createSecureServer({ ...selfSigned, allowHTTP1: true }, (request, response) => {
  const secret = "proxy-authorization" in request.headers;
  seen.push({ url: request.url, host: request.httpVersion, body: "", secret });
  response.end("ok");
});

let plainUrl: string;
let secureUrl: string;
let cleanUp: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
  plainUrl = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  secureUrl = `https://localhost:${(secure.address() as AddressInfo).port}`;
});
afterAll(async () => {
  plain.closeAllConnections();
  await Promise.all([plain, secure].map((server) => new Promise((done) => server.close(done))));
});
afterEach(async () => {
  for (const stop of cleanUp) await stop();
  cleanUp = [];
  seen.length = 0;
});

async function through(
  options: ProxyOptions = {},
  credentials = "",
  http: Partial<HttpOptions> = {},
) {
  const proxy = new ForwardProxy(options);
  const url = await proxy.start(credentials);
  return { proxy, transport: transportVia(url, http), stop: () => proxy.stop() };
}

function transportVia(proxy: string, http: Partial<HttpOptions> = {}): HttpTransport {
  const transport = new UndiciTransport(clock, {
    ...{ rejectUnauthorized: false, limits },
    http: { ...plainHttp, proxy, ...http },
  });
  cleanUp.push(() => transport.close());
  return transport;
}

describe("a request to http:// through a proxy", () => {
  test("is forwarded whole, over one connection", async () => {
    const { proxy, transport, stop } = await through();
    cleanUp.push(stop);
    const body = new TextEncoder().encode("grüße");
    for (let i = 0; i < 3; i++) {
      const request = { method: "POST", url: `${plainUrl}/a?b=c`, headers: {}, body };
      const { status, slot } = await perform(transport, request);
      expect(status).toBe(200);
      expect(slot.sentUs).toBeGreaterThan(0);
      expect(slot.bytesReceived).toBeGreaterThan(2);
    }
    const wanted = { url: "/a?b=c", host: new URL(plainUrl).host, body: "grüße", secret: false };
    expect(seen).toEqual([wanted, wanted, wanted]);
    expect(proxy.requests.map(({ url }) => url)).toEqual(Array(3).fill(`${plainUrl}/a?b=c`));
    expect(proxy.connections).toBe(1);
  });

  test("has the target's status", async () => {
    const { transport, stop } = await through();
    cleanUp.push(stop);
    expect(await perform(transport, get(`${plainUrl}/503`))).toMatchObject({
      status: 503,
      error: "",
    });
  });

  test("takes along the credentials for the proxy, and none for the target", async () => {
    const { transport, stop } = await through({ credentials: "me:p@ss:word" }, "me:p%40ss%3Aword");
    cleanUp.push(stop);
    expect(await perform(transport, get(`${plainUrl}/`))).toMatchObject({ status: 200, error: "" });
    expect(seen).toMatchObject([{ secret: false }]);
  });

  test.each<[string, ProxyOptions, { status: number; error: string }]>([
    ["that asks for credentials", { credentials: "a:b" }, { status: 0, error: "proxyAuth" }],
    // A proxy that forwards answers in the target's place: nobody can tell whose status it is.
    ["that refuses", { refuse: 403 }, { status: 403, error: "" }],
    ["that is silent", { silent: true }, { status: 0, error: "timeout" }],
  ])("%s", async (_what, options, outcome) => {
    const { transport, stop } = await through(options);
    cleanUp.push(stop);
    const { status, error } = await perform(transport, get(`${plainUrl}/`), 300);
    expect({ status, error }).toEqual(outcome);
    expect(seen).toEqual([]);
  });
});

describe.each<["1.1" | "2", string]>([
  ["1.1", "1.1"],
  ["2", "2.0"],
])("a request to https:// over HTTP/%s through a proxy", (version, told) => {
  test("goes through a tunnel, and the next ones through the same", async () => {
    const { proxy, transport, stop } = await through({ credentials: "me:pw" }, "me:pw", {
      version,
    });
    cleanUp.push(stop);
    for (let i = 0; i < 3; i++) {
      expect(await perform(transport, get(`${secureUrl}/x`))).toMatchObject({
        status: 200,
        error: "",
      });
    }
    expect(proxy.tunnels).toEqual([new URL(secureUrl).host]);
    expect(seen).toEqual(
      Array.from({ length: 3 }, () => ({ url: "/x", host: told, body: "", secret: false })),
    );
  });

  test.each<[string, ProxyOptions, string]>([
    ["that asks for credentials", { credentials: "a:b" }, "proxyAuth"],
    ["that refuses", { refuse: 403 }, "proxyRefused"],
    ["that cuts the connection", { cut: true }, "proxyRefused"],
    ["that is silent", { silent: true }, "timeout"],
  ])("%s", async (_what, options, error) => {
    const { transport, stop } = await through(options, "", { version });
    cleanUp.push(stop);
    const outcome = await perform(transport, get(`${secureUrl}/`), 300);
    expect([outcome.status, outcome.error, outcome.slot.sentUs]).toEqual([0, error, -1]);
    expect(seen).toEqual([]);
  });
});

test.each(["http", "https"])("a proxy that is down fails requests to %s://", async (scheme) => {
  const { proxy, stop } = await through();
  await stop();
  expect(proxy.connections).toBe(0);
  const transport = transportVia("http://127.0.0.1:1");
  const outcome = await perform(transport, get(scheme === "http" ? plainUrl : secureUrl));
  expect([outcome.error, outcome.slot.sentUs]).toEqual(["proxyUnreachable", -1]);
});

test("a target that is down behind a tunnel is the proxy's refusal", async () => {
  const { transport, stop } = await through();
  cleanUp.push(stop);
  expect((await perform(transport, get("https://127.0.0.1:1/"))).error).toBe("proxyRefused");
});
