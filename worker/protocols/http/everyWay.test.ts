import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type HttpOptions, plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import { encodeForHeader } from "@onrush/shared/template/encodings.ts";
import { compileRequest, StepLanguage } from "../../steps/compileRequest.ts";
import { Slot } from "../../engine/slot.ts";
import { perform } from "./conformance.testing.ts";
import { ForwardProxy } from "./forwardProxy.testing.ts";
import type { HttpRequest, HttpTransport } from "./httpRequest.ts";
import { RawTransport } from "./rawTransport.ts";
import { RedirectingTransport } from "./redirectingTransport.ts";
import { selfSigned } from "./selfSigned.testing.ts";
import { UndiciTransport } from "./undiciTransport.ts";

/**
 * One step with templates, checks and extractions, over every way to its target: the target sees
 * the same, and the outcome is the same.
 */

interface Way {
  isTls: boolean;
  isRaw?: boolean;
  viaProxy?: boolean;
  http?: Partial<HttpOptions>;
}

const ways: [string, Way][] = [
  ["raw", { isTls: false, isRaw: true }],
  ["raw over TLS", { isTls: true, isRaw: true }],
  ["undici", { isTls: false }],
  ["HTTP/2", { isTls: true, http: { version: "2" } }],
  ["a forwarding proxy", { isTls: false, viaProxy: true }],
  ["a tunnel", { isTls: true, viaProxy: true }],
  ["HTTP/2 through a tunnel", { isTls: true, viaProxy: true, http: { version: "2" } }],
  ["undici that follows redirects", { isTls: false, http: { maxRedirects: 3 } }],
  ["HTTP/2 with redirects", { isTls: true, http: { version: "2", maxRedirects: 3 } }],
];

const LARGE = 1_100_000;

interface Seen {
  method: string;
  path: string;
  value: string;
  type: string;
  length: string;
  body: string;
  secret: boolean;
}
const seen: Seen[] = [];

/** Answers with what it was sent. */
function answer(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString();
    const { url: path = "", method = "", headers } = request;
    const header = (name: string) => String(headers[name] ?? "");
    const about = { value: header("x-value"), type: header("content-type") };
    const secret = "proxy-authorization" in headers;
    seen.push({ method, path, ...about, length: header("content-length"), body, secret });
    response.setHeader("X-Id", ["a", "b"]);
    if (path === "/large") return void response.end(`"${"x".repeat(LARGE - 2)}"`);
    return void response.end(`{"id":${body.startsWith("{") ? body : '"none"'}}`);
  });
}

const plain = createServer(answer);
// Speaks HTTP/1.1 and HTTP/2.
const secure = createSecureServer({ ...selfSigned, allowHTTP1: true }, answer);
const bases = { plain: "", secure: "" };

beforeAll(async () => {
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
  bases.plain = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  bases.secure = `https://localhost:${(secure.address() as AddressInfo).port}`;
});
afterAll(async () => {
  plain.closeAllConnections();
  await Promise.all([plain, secure].map((server) => new Promise((done) => server.close(done))));
});
beforeEach(() => void (seen.length = 0));

const clock = { nowUs: () => performance.now() * 1000 };
const limits = { connections: Infinity, perUser: false };

function transportOf({ isRaw = false, http = {} }: Way, proxy: string | null): HttpTransport {
  const options = { rejectUnauthorized: false, limits };
  if (isRaw) return new RawTransport(clock, options);
  const whole = { ...plainHttp, proxy, ...http };
  const undici = new UndiciTransport(clock, { ...options, http: whole });
  return whole.maxRedirects === 0 ? undici : new RedirectingTransport(undici, whole, clock);
}

const values = ["plain", 'quoted " \\', "grüße €", "x".repeat(3_000)];

describe.each(ways)("over %s", (_name, way) => {
  const proxy = new ForwardProxy({ credentials: "me:pw" });
  let transport: HttpTransport;
  let base: string;

  beforeAll(async () => {
    const via = await proxy.start("me:pw");
    transport = transportOf(way, way.viaProxy === true ? via : null);
    base = way.isTls ? bases.secure : bases.plain;
  });
  afterAll(async () => {
    transport.close();
    await proxy.stop();
  });

  const requestOf = (step: Partial<Step>): HttpRequest => {
    const data = {
      u: { inline: values.map((v) => ({ v })), pick: "sequential" as const },
    };
    const whole: Step = {
      ...{ name: "s", protocol: "http", method: "POST", url: `${base}/` },
      headers: {},
      ...step,
    };
    return compileRequest(whole, new StepLanguage({ data, dataSeed: 1, seed: 1 }));
  };

  const look = async (step: Partial<Step>, arrival = 0) => {
    const { slot, status, error } = await perform(transport, requestOf(step), 3_000, { arrival });
    return { status, error, checksPassed: slot.checksPassed, variables: slot.variables };
  };

  const everything = (): Partial<Step> => ({
    url: `${base}/{{data.u.v}}?q={{data.u.v}}&i={{iteration}}`,
    headers: { "X-Value": "<{{data.u.v}}>", Connection: "keep-alive" },
    body: { v: "{{data.u.v}}", i: "{{iteration}}" },
    checks: ["status == 200", "json($.id.v) exists", 'header(x-id) == "a, b"', "size > 10"],
    extract: { v: "json($.id.v)", i: "json($.id.i)", ids: "header(X-Id)" },
  });

  test.each(values.map((value, arrival) => ({ value, arrival })))(
    "a templated POST arrives and is checked: $value",
    async ({ value, arrival }) => {
      expect(await look(everything(), arrival)).toEqual({
        ...{ status: 200, error: "", checksPassed: 15 },
        variables: [value, `${arrival}`, "a, b"],
      });
      const encoded = encodeURIComponent(value);
      const body = JSON.stringify({ v: value, i: arrival });
      expect(seen).toEqual([
        {
          ...{ method: "POST", path: `/${encoded}?q=${encoded}&i=${arrival}` },
          ...{ value: `<${encodeForHeader(value)}>`, type: "application/json", secret: false },
          ...{ body, length: `${Buffer.byteLength(body)}` },
        },
      ]);
    },
  );

  test("many at once get no bytes of each other", async () => {
    const request = requestOf(everything());
    const operation = transport.operation(request);
    const slots = Array.from({ length: 60 }, (_, arrival) => {
      const slot = new Slot(arrival);
      slot.beginRequest(0, 0, 0);
      slot.arrival = arrival;
      return slot;
    });
    await Promise.all(
      slots.map((slot) => new Promise<Slot>((resolve) => operation.perform(slot, resolve))),
    );
    for (const [arrival, slot] of slots.entries()) {
      expect([slot.error, slot.checksPassed]).toEqual(["", 15]);
      expect(slot.variables).toEqual([values[arrival % values.length], `${arrival}`, "a, b"]);
    }
    expect(seen).toHaveLength(60);
  });

  test("what fails, fails by the same name", async () => {
    const failed = { status: 200, checksPassed: 0, variables: [] };
    expect(await look({ checks: ["status == 201"] })).toEqual({ ...failed, error: "check" });
    const extract = { id: "json($.nothing)" };
    expect(await look({ extract })).toEqual({ ...failed, error: "extract" });
  });

  test("a body that is too large is cut, and says so", async () => {
    const step = { url: `${base}/large`, method: "GET" as const };
    const checks = [`size == ${LARGE}`, "json($) exists"];
    expect(await look({ ...step, checks })).toMatchObject({
      error: "bodyTooLarge",
      checksPassed: 1,
    });
    expect(await look({ ...step, checks: checks.slice(0, 1) })).toMatchObject({ error: "" });
  });
});
