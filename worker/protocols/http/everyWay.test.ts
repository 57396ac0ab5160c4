import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type HttpOptions, plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import { contentCodings } from "@onrush/shared/scenario/requestFields.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import { encodeForHeader } from "@onrush/shared/template/encodings.ts";
import { compileRequest } from "../../steps/compileRequest.ts";
import { StepLanguage } from "../../steps/stepLanguage.ts";
import { type LoadedFiles, noFiles } from "../../engine/engineMessages.ts";
import { Slot } from "../../engine/slot.ts";
import { perform } from "./conformance.testing.ts";
import { decodeBody } from "./contentCoding.ts";
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

const json = JSON.stringify({ id: 7, text: "ä".repeat(2_000) });
const BOMB_BYTES = 50_000_000;

/** Bodies in content codings, by the path that answers with them. */
const coded: Record<string, { name: string; body: Buffer }> = {
  "/gzip": { name: "gzip", body: gzipSync(json) },
  "/deflate": { name: "deflate", body: deflateSync(json) },
  "/rawDeflate": { name: "deflate", body: deflateRawSync(json) },
  "/br": { name: "br", body: brotliCompressSync(json) },
  "/zstd": { name: "zstd", body: zstdCompressSync(json) },
  "/twice": { name: "gzip, br", body: brotliCompressSync(gzipSync(json)) },
  "/identity": { name: "identity", body: Buffer.from(json) },
  "/broken": { name: "gzip", body: gzipSync(json).subarray(0, 30) },
  "/unknown": { name: "compress", body: Buffer.from(json) },
  "/bomb": { name: "gzip", body: gzipSync(Buffer.alloc(BOMB_BYTES, 0x20)) },
};

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
let heard = { raw: Buffer.alloc(0), coding: "", authorization: "", encoding: "" };

/** Answers with what it was sent. */
function answer(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const raw = Buffer.concat(chunks);
    const body = raw.toString();
    const { url: path = "", method = "", headers } = request;
    const header = (name: string) => String(headers[name] ?? "");
    const about = { value: header("x-value"), type: header("content-type") };
    const secret = "proxy-authorization" in headers;
    seen.push({ method, path, ...about, length: header("content-length"), body, secret });
    heard = {
      raw,
      coding: header("content-encoding"),
      authorization: header("authorization"),
      encoding: header("accept-encoding"),
    };
    response.setHeader("X-Id", ["a", "b"]);
    response.setHeader("Set-Cookie", [
      "sid=1; Path=/",
      "sid=a=b; Expires=Thu, 01 Jan 2032 00:00:00 GMT",
      "x=y",
    ]);
    const coding = coded[path];
    if (coding !== undefined) {
      response.setHeader("Content-Encoding", coding.name);
      return void response.end(coding.body);
    }
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

  const requestOf = (step: Partial<Step>, files: LoadedFiles = noFiles): HttpRequest => {
    const data = {
      u: { inline: values.map((v) => ({ v })), pick: "sequential" as const },
    };
    const whole: Step = {
      ...{ name: "s", protocol: "http", method: "POST", url: `${base}/` },
      headers: {},
      ...step,
    };
    return compileRequest(whole, new StepLanguage({ data, dataSeed: 1, seed: 1, files }));
  };

  const look = async (step: Partial<Step>, arrival = 0) => {
    const { slot, status, error } = await perform(transport, requestOf(step), 3_000, { arrival });
    return { status, error, checksPassed: slot.checksPassed, variables: slot.variables };
  };
  /** What the target was sent for a step. */
  const sent = async (step: Partial<Step>, arrival = 0, files: LoadedFiles = noFiles) => {
    await perform(transport, requestOf(step, files), 3_000, { arrival });
    return { ...heard, ...(seen.at(-1) as Seen) };
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

  test("query parameters are percent-encoded behind those of the URL", async () => {
    const query = { "a b": ["1", "x&y"], v: "{{data.u.v}}", n: 5, yes: true };
    const wanted = "a%20b=1&a%20b=x%26y&v=plain&n=5&yes=true";
    const { path } = await sent({ url: `${base}/`, method: "GET", query });
    expect(path).toBe(`/?${wanted}`);
    expect((await sent({ url: `${base}/?z=1`, query })).path).toBe(`/?z=1&${wanted}`);
    const fixed = await sent({ url: `${base}/p`, query: { ü: "/", none: [] } });
    expect(fixed.path).toBe("/p?%C3%BC=%2F");
  });

  test("a form arrives as forms do", async () => {
    const form = { user: "{{data.u.v}}", "a b": ["ü+~", "(x)"], n: 1 };
    for (const [arrival, value] of values.entries()) {
      const { body, type, length } = await sent({ form }, arrival);
      expect(type).toBe("application/x-www-form-urlencoded");
      expect([...new URLSearchParams(body)]).toEqual([
        ["user", value],
        ["a b", "ü+~"],
        ["a b", "(x)"],
        ["n", "1"],
      ]);
      expect(body).toBe(new URLSearchParams([...new URLSearchParams(body)]).toString());
      expect(length).toBe(`${Buffer.byteLength(body)}`);
    }
  });

  test("a multipart body has its parts, whatever is in them", async () => {
    const multipart = [
      { name: 'a"b', value: "{{data.u.v}}" },
      { name: "doc", value: "<x/>", filename: "x{{iteration}}.xml", contentType: "text/xml" },
    ];
    for (const [arrival, value] of values.entries()) {
      const { body, type } = await sent({ multipart }, arrival);
      const form = await new Response(body, { headers: { "content-type": type } }).formData();
      expect(form.get('a"b')).toBe(value);
      const doc = form.get("doc") as File;
      expect([doc.name, doc.type, await doc.text()]).toEqual([
        `x${arrival}.xml`,
        "text/xml",
        "<x/>",
      ]);
    }
  });

  test("files arrive byte by byte, alone and among values", async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256);
    const memory = new SharedArrayBuffer(bytes.length);
    new Uint8Array(memory).set(bytes);
    const files = { tables: {}, contents: { "a/blob.bin": memory } };
    const alone = await sent({ bodyFile: "a/blob.bin" }, 0, files);
    expect(alone.raw.equals(bytes)).toBe(true);
    expect([alone.type, alone.length]).toEqual(["application/octet-stream", "70000"]);
    const multipart = [
      { name: "v", value: "{{data.u.v}}" },
      { name: "blob", file: "a/blob.bin" },
      { name: "i", value: "{{iteration}}" },
    ];
    for (const [arrival, value] of values.entries()) {
      const { raw, type, length } = await sent({ multipart }, arrival, files);
      const headers = { "content-type": type };
      const form = await new Response(new Uint8Array(raw), { headers }).formData();
      const blob = form.get("blob") as File;
      expect([form.get("v"), form.get("i"), blob.name]).toEqual([value, `${arrival}`, "blob.bin"]);
      expect(Buffer.from(await blob.arrayBuffer()).equals(bytes)).toBe(true);
      expect(length).toBe(`${raw.length}`);
    }
  });

  describe.each(contentCodings)("a body is sent in content coding %s", (compress) => {
    const plainOf = (raw: Uint8Array) => {
      const decoded = decodeBody(raw, compress, LARGE);
      if (!decoded.ok) throw new Error(decoded.why);
      return Buffer.from(decoded.bytes).toString();
    };

    test("when it is always the same", async () => {
      const body = { text: "ä".repeat(5_000) };
      const { raw, type, length, coding } = await sent({ body, compress });
      expect([type, coding, length]).toEqual(["application/json", compress, `${raw.length}`]);
      expect(raw.length).toBeLessThan(1_000);
      expect(JSON.parse(plainOf(raw))).toEqual(body);
    });

    test("with templates, which differ in length and characters", async () => {
      const step = { body: { v: "{{data.u.v}}", i: "{{iteration}}" }, compress };
      for (const [arrival, value] of values.entries()) {
        const { raw, type, length, coding } = await sent(step, arrival);
        expect([type, coding, length]).toEqual(["application/json", compress, `${raw.length}`]);
        expect(JSON.parse(plainOf(raw))).toEqual({ v: value, i: arrival });
      }
    });

    test("as text, form and parts with files", async () => {
      const memory = new SharedArrayBuffer(3);
      new Uint8Array(memory).set([0x61, 0x62, 0x63]);
      const files = { tables: {}, contents: { "a.txt": memory } };
      const text = await sent({ body: "<{{data.u.v}}>", compress }, 2);
      expect(plainOf(text.raw)).toBe("<grüße €>");
      const form = await sent({ form: { a: "{{data.u.v}}" }, compress }, 2);
      expect(form.type).toBe("application/x-www-form-urlencoded");
      expect(plainOf(form.raw)).toBe("a=gr%C3%BC%C3%9Fe+%E2%82%AC");
      const multipart = [
        { name: "v", value: "{{data.u.v}}" },
        { name: "f", file: "a.txt" },
      ];
      const parts = await sent({ multipart, compress }, 2, files);
      const headers = { "content-type": parts.type };
      const read = await new Response(plainOf(parts.raw), { headers }).formData();
      expect([read.get("v"), await (read.get("f") as File).text()]).toEqual(["grüße €", "abc"]);
    });
  });

  test("credentials become an Authorization header", async () => {
    const basic = { user: "{{data.u.v}}", password: "pä:ss" };
    const expected = `Basic ${Buffer.from("plain:pä:ss").toString("base64")}`;
    expect((await sent({ auth: { basic } })).authorization).toBe(expected);
    const bearer = await sent({ auth: { bearer: "t-{{iteration}}" } }, 3);
    expect(bearer.authorization).toBe("Bearer t-3");
    expect((await sent({ auth: "none" })).authorization).toBe("");
  });

  test.each(["/gzip", "/deflate", "/rawDeflate", "/br", "/zstd", "/twice", "/identity"])(
    "a body in a content coding is read without it: %s",
    async (path) => {
      const looked = await look({
        ...{ url: base + path, method: "GET", acceptEncoding: ["gzip", "br"] },
        checks: ["json($.id) == 7", `size == ${coded[path]?.body.length ?? 0}`],
        extract: { id: "json($.id)" },
      });
      expect(looked).toEqual({ status: 200, error: "", checksPassed: 3, variables: ["7"] });
      expect(heard.encoding).toBe("gzip, br");
    },
  );

  test.each([
    ["/broken", "contentCoding"],
    ["/unknown", "contentCoding"],
    ["/bomb", "bodyTooLarge"],
  ])("a body that cannot be read without its coding says so: %s", async (path, error) => {
    const step = {
      url: base + path,
      method: "GET",
      acceptEncoding: ["gzip"],
    } satisfies Partial<Step>;
    const looked = await look({ ...step, checks: ["body contains x"] });
    expect(looked).toMatchObject({ error, checksPassed: 0 });
    // Nobody reads it: nothing is wrong with it.
    expect(await look({ ...step, checks: ["status == 200"] })).toMatchObject({ error: "" });
  });

  test("a cookie is what the answer sets it to last", async () => {
    const looked = await look({
      checks: ["cookie(sid) == a=b", "cookie(SID) exists", "cookie(x) == y"].map((check) => ({
        ...{ name: check, check, failRequest: false },
      })),
      extract: { sid: "cookie(sid)" },
    });
    expect(looked).toEqual({ status: 200, error: "", checksPassed: 0b101, variables: ["a=b"] });
  });

  test("an answer has the first name whose condition holds", async () => {
    const outcomes: Step["outcomes"] = [
      { name: "other", when: "status == 201", as: "ok" },
      { name: "empty", when: "json($.id) == none", as: "neutral" },
      { name: "any", when: "status < 300", as: "failed" },
    ];
    const checks = ["status == 202"];
    const named = async (step: Partial<Step>) => {
      const { slot, error } = await perform(transport, requestOf({ checks, ...step }), 3_000);
      return [slot.namedOutcome, error];
    };
    expect(await named({ outcomes })).toEqual([1, ""]);
    expect(await named({ outcomes: outcomes.slice(2) })).toEqual([0, "check"]);
    expect(await named({ outcomes: outcomes.slice(0, 1) })).toEqual([-1, "check"]);
  });

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
