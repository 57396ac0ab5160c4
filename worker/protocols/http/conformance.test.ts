import { createServer } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import { encodeForHeader } from "@onrush/shared/template/encodings.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { RunClock } from "../../engine/operation.ts";
import { Slot } from "../../engine/slot.ts";
import { cases, CHUNKED, LENGTH_2, OK } from "./conformanceCases.testing.ts";
import { get, perform } from "./conformance.testing.ts";
import type { HttpRequest, HttpTransport } from "./httpRequest.ts";
import { RawTransport } from "./rawTransport.ts";
import { selfSigned } from "./selfSigned.testing.ts";
import { type Script, ScriptedServer } from "./scriptedServer.testing.ts";
import { compileRequest } from "../../steps/compileRequest.ts";
import { StepLanguage } from "../../steps/stepLanguage.ts";
import { UndiciTransport } from "./undiciTransport.ts";

/**
 * One suite over every way to speak HTTP/1.1: whatever a server answers, both transports come to
 * the same outcome, and the connection that follows is a clean one.
 */

const clock: RunClock = { nowUs: () => performance.now() * 1000 };
const limits = { connections: Infinity, perUser: false };
const transports: ["raw" | "undici", (rejectUnauthorized: boolean) => HttpTransport][] = [
  ["raw", (rejectUnauthorized) => new RawTransport(clock, { rejectUnauthorized, limits })],
  ["undici", (rejectUnauthorized) => new UndiciTransport(clock, { rejectUnauthorized, limits })],
];

const scripts = Object.fromEntries(
  Object.values(cases).map(({ script }, i) => [`/${i}`, script] as const),
);

const SPACED = `${OK}content-length: 2 \r\n\r\nok`;
const PETABYTES = `${OK}content-length: ${"9".repeat(16)}\r\n\r\n`;
const BIG_CHUNK = `${CHUNKED}${"f".repeat(13)}\r\n`;
const LONG = `${CHUNKED}${"0".repeat(20_000)}2\r\nok\r\n0\r\n\r\n`;

/** The socket under TLS is read and written in another way than one without. */
const ways = [
  { way: "over plain TCP", secret: undefined },
  { way: "over TLS", secret: selfSigned },
];

describe.each(transports)("%s", (name, create) => {
  describe.each(ways)("$way", ({ secret }) => {
    const ok = { pieces: [`${OK}${LENGTH_2}`] };
    const server = new ScriptedServer({ ...scripts, "/ok": ok }, secret);
    let url: string;
    let transport: HttpTransport;

    beforeAll(async () => {
      url = await server.start();
      transport = create(false);
    });
    afterAll(async () => {
      transport.close();
      await server.stop();
    });

    test.each(Object.entries(cases).map(([what, { outcome }], i) => ({ what, outcome, i })))(
      "$what",
      async ({ outcome, i }) => {
        const { status, error } = await perform(transport, get(`${url}/${i}`), 300);
        expect({ status, error }).toEqual(outcome);
        // Nothing of this answer may reach the next request.
        const next = await perform(transport, get(`${url}/ok`));
        expect({ status: next.status, error: next.error }).toEqual({ status: 200, error: "" });
      },
    );
  });

  let transport: HttpTransport;
  beforeAll(() => {
    transport = create(true);
  });
  afterAll(() => transport.close());

  // Where the two differ; docs/decisions/0009-raw-http-transport.md says why.
  test.each([
    { what: "a length before a space", raw: "", undici: "protocol", answer: SPACED },
    { what: "a length of 16 digits", raw: "protocol", undici: "timeout", answer: PETABYTES },
    { what: "a chunk size of 13 digits", raw: "protocol", undici: "timeout", answer: BIG_CHUNK },
    { what: "a line of 20,000 bytes before a chunk", raw: "protocol", undici: "", answer: LONG },
  ])("$what", async ({ answer, ...wanted }) => {
    const lone = new ScriptedServer({ "/": { pieces: [answer] } });
    const { error } = await perform(transport, get(`${await lone.start()}/`), 300);
    expect(error).toBe(wanted[name]);
    await lone.stop();
  });

  test("an interim 100 that nobody asked for", async () => {
    const lone = new ScriptedServer({
      "/": { pieces: ["HTTP/1.1 100 Continue\r\n\r\n", `${OK}${LENGTH_2}`] },
    });
    const outcome = await perform(transport, get(`${await lone.start()}/`));
    // RFC 9110, 15.2 has a client accept it; undici takes the connection for broken.
    expect(outcome.error).toBe(name === "raw" ? "" : "protocol");
    await lone.stop();
  });

  test("a connection is used again, and the request is what was asked for", async () => {
    const fresh = new ScriptedServer({ "/a?b=c": { pieces: [`${OK}${LENGTH_2}`] } });
    const base = await fresh.start();
    const request: HttpRequest = {
      method: "POST",
      url: `${base}/a?b=c`,
      headers: { "X-One": "1", "content-type": "text/plain" },
      body: new TextEncoder().encode("grüße"),
    };
    for (let i = 0; i < 3; i++) {
      const { slot, status } = await perform(transport, request);
      expect(status).toBe(200);
      expect(slot.bytesReceived).toBe(OK.length + LENGTH_2.length);
      expect(slot.bytesSent).toBe(Buffer.byteLength(fresh.requests[0] ?? "", "latin1"));
      expect(slot.sentUs).toBeGreaterThan(0);
      expect(slot.endUs).toBeGreaterThanOrEqual(slot.sentUs);
    }
    expect(fresh.connections).toBe(1);
    const [first = ""] = fresh.requests;
    expect(first).toMatch(/^POST \/a\?b=c HTTP\/1\.1\r\n/);
    expect(first).toMatch(/\r\nhost: 127\.0\.0\.1:\d+\r\n/i);
    expect(first).toMatch(/\r\nX-One: 1\r\n/);
    expect(first).toMatch(/\r\ncontent-length: 7\r\n/i);
    await fresh.stop();
  });

  describe("a request with templates", () => {
    const templated = new ScriptedServer({});
    let base: string;
    beforeAll(async () => {
      base = await templated.start();
    });
    afterAll(() => templated.stop());

    const requestOf = (step: Partial<Step>): HttpRequest => {
      const data: Task["data"] = {
        u: { inline: values.map((v) => ({ v, n: 5 })), pick: "sequential" },
      };
      const language = new StepLanguage({ data, dataSeed: 1, seed: 1 });
      const whole: Step = {
        ...{ name: "s", protocol: "http", method: "POST", url: `${base}/ok`, headers: {} },
        ...step,
      };
      return compileRequest(whole, language);
    };

    /** What the server saw of the request of an arrival, its head in lines. */
    async function seen(request: HttpRequest, arrival: number) {
      const before = templated.requests.length;
      await perform(transport, request, 150, { arrival });
      expect(templated.requests.length).toBe(before + 1);
      const whole = Buffer.from(templated.requests.at(-1) ?? "", "latin1");
      const end = whole.indexOf("\r\n\r\n");
      const [line = "", ...headers] = whole.subarray(0, end).toString("latin1").split("\r\n");
      const lower = headers.map((header) => header.replace(/^[^:]+/, (n) => n.toLowerCase()));
      return { line, headers: lower, body: whole.subarray(end + 4).toString("utf8") };
    }

    const values = ["plain", "", '"quoted" \\', "grüße €", "a\r\nx-evil: 1", "x".repeat(3_000)];

    test.each(values.map((value, arrival) => ({ value, arrival })))(
      "arrives whole: $value",
      async ({ value, arrival }) => {
        const request = requestOf({
          url: `${base}/{{data.u.v}}/é?q={{data.u.v}}&i={{iteration}}`,
          headers: { "X-Value": "<{{data.u.v}}>" },
          body: { ü: "{{data.u.v}}!", n: "{{data.u.n}}", i: "{{iteration}}" },
        });
        const { line, headers, body } = await seen(request, arrival);
        const encoded = encodeURIComponent(value);
        expect(line).toBe(`POST /${encoded}/%C3%A9?q=${encoded}&i=${arrival} HTTP/1.1`);
        expect(JSON.parse(body)).toEqual({ ü: `${value}!`, n: 5, i: arrival });
        expect(headers).toContain(`content-length: ${Buffer.byteLength(body)}`);
        expect(headers).toContain("content-type: application/json");
        expect(headers).toContain(`x-value: <${encodeForHeader(value)}>`);
        expect(headers.some((header) => header.startsWith("x-evil"))).toBe(false);
      },
    );

    test("in a text body is sent as it is, and the length follows it", async () => {
      const request = requestOf({ body: "é{{data.u.v}}é" });
      for (const [arrival, value] of values.entries()) {
        const { body, headers } = await seen(request, arrival);
        expect(body).toBe(`é${value}é`);
        expect(headers).toContain(`content-length: ${Buffer.byteLength(body)}`);
      }
    });

    test("in its path alone has a body that stays, or none", async () => {
      const url = `${base}/{{iteration}}`;
      const post = await seen(requestOf({ url, body: "ü" }), 3);
      expect(post).toMatchObject({ line: "POST /3 HTTP/1.1", body: "ü" });
      expect(post.headers).toContain("content-length: 2");
      const get = await seen(requestOf({ url, method: "GET" }), 4);
      expect(get).toMatchObject({ line: "GET /4 HTTP/1.1", body: "" });
      expect(get.headers.some((header) => header.startsWith("content-length"))).toBe(false);
    });

    test("one after the other on many connections, none gets the bytes of another", async () => {
      const request = requestOf({ body: "{{iteration}}:{{data.u.v}}" });
      const before = templated.requests.length;
      const arrivals = Array.from({ length: 60 }, (_, arrival) => arrival);
      await Promise.all(arrivals.map((arrival) => perform(transport, request, 300, { arrival })));
      const bodies = templated.requests
        .slice(before)
        .map((text) =>
          Buffer.from(text.slice(text.indexOf("\r\n\r\n") + 4), "latin1").toString("utf8"),
        );
      const wanted = arrivals.map((n) => `${n}:${values[n % values.length] ?? ""}`);
      expect(bodies.sort()).toEqual(wanted.sort());
    });
  });

  describe("an answer that somebody looks at", () => {
    const json = '{"id":"grüße","list":[1,2]}';
    const length = Buffer.byteLength(json);
    const head = `${OK}X-Id: a\r\nx-id: b\r\ncontent-type: application/json\r\n`;
    const latin1 = Buffer.from("x-name: Zoë\r\n", "latin1");
    const bytes = Buffer.concat([
      Buffer.from(head),
      latin1,
      Buffer.from(`content-length: ${length}\r\n\r\n${json}`),
    ]);
    const [first, second] = [json.slice(0, 9), json.slice(9)];
    const size = (text: string) => Buffer.byteLength(text).toString(16);
    const large = `"${"x".repeat(1_100_000)}"`;
    const answers: Record<string, Script> = {
      "/whole": { pieces: [bytes] },
      "/bytewise": { pieces: Array.from(bytes, (byte) => Uint8Array.of(byte)) },
      "/chunks": {
        pieces: [
          `${head}transfer-encoding: chunked\r\n\r\n${size(first)}\r\n${first}\r\n` +
            `${size(second)}\r\n${second}\r\n0\r\n\r\n`,
        ],
      },
      "/close": { pieces: [`${head}\r\n${first}`, second], last: "end" },
      "/interim": { pieces: ["HTTP/1.1 103 Early\r\nx-id: no\r\n\r\n", bytes] },
      "/empty": { pieces: [`${OK}content-length: 0\r\n\r\n`] },
      "/large": { pieces: [`${OK}content-length: ${large.length}\r\n\r\n${large}`] },
      "/cut": { pieces: [`${OK}content-length: 99\r\n\r\n{}`], last: "end" },
    };
    const inspected = new ScriptedServer(answers);
    let base: string;
    beforeAll(async () => {
      base = await inspected.start();
    });
    afterAll(() => inspected.stop());

    const look = async (path: string, step: Partial<Step>) => {
      const language = new StepLanguage({ data: {}, dataSeed: 0, seed: 0 });
      const request = compileRequest(
        { name: "s", protocol: "http", method: "GET", url: base + path, headers: {}, ...step },
        language,
      );
      const { slot, status, error } = await perform(transport, request);
      return { status, error, checksPassed: slot.checksPassed, variables: slot.variables };
    };

    const everything: Partial<Step> = {
      checks: [
        "status == 200",
        'json($.id) == "grüße"',
        'body contains "grüße"',
        `size == ${length}`,
      ],
      extract: { id: "json($.id)", last: "json($.list[1])", ids: "header(X-Id)" },
    };

    test.each(["/whole", "/bytewise", "/chunks", "/close", "/interim"])(
      "is seen whole, however it arrives: %s",
      async (path) => {
        expect(await look(path, everything)).toEqual({
          ...{ status: 200, error: "", checksPassed: 15 },
          variables: ["grüße", "2", "a, b"],
        });
      },
    );

    test("has its headers as Latin-1, whatever the case of their names", async () => {
      const { variables } = await look("/whole", { extract: { name: "header(X-NAME)" } });
      expect(variables).toEqual(["Zoë"]);
    });

    test("fails by the first of check and extraction, and passes on what held", async () => {
      const nothing = { ...{ status: 200, checksPassed: 1, variables: [] }, error: "check" };
      expect(await look("/empty", everything)).toEqual(nothing);
      const extracting = { extract: { id: "json($.id)" } };
      expect(await look("/empty", extracting)).toMatchObject({ error: "extract" });
      const counting = [{ name: "id", check: "json($.id) exists", failRequest: false }];
      expect(await look("/empty", { checks: counting })).toMatchObject({
        error: "",
        checksPassed: 0,
      });
    });

    test("that is too large is cut, and says so", async () => {
      const checks = [`size == ${large.length}`, "json($) exists"];
      expect(await look("/large", { checks })).toMatchObject({
        error: "bodyTooLarge",
        checksPassed: 1,
      });
      // Its size alone needs none of it.
      expect(await look("/large", { checks: checks.slice(0, 1) })).toMatchObject({ error: "" });
    });

    test("that breaks off has no checks that held", async () => {
      const broken = { status: 0, error: "connectionClosed", checksPassed: 0, variables: [] };
      expect(await look("/cut", everything)).toEqual(broken);
    });

    test("is seen whole each time, also when its head is the same again", async () => {
      const language = new StepLanguage({ data: {}, dataSeed: 0, seed: 0 });
      for (const extract of [everything.extract, { id: "json($.id)" }]) {
        const step = { name: "s", protocol: "http", method: "GET", url: `${base}/whole` } as const;
        const operation = transport.operation(
          compileRequest({ ...step, headers: {}, extract }, language),
        );
        for (let i = 0; i < 4; i++) {
          const slot = new Slot(0);
          slot.beginRequest(0, 0, 0);
          await new Promise<void>((resolve) => operation.perform(slot, () => resolve()));
          expect([slot.error, slot.variables[0]]).toEqual(["", "grüße"]);
        }
      }
    });

    test("leaves nothing behind for the next one on its connection", async () => {
      await look("/whole", everything);
      const next = await look("/empty", { extract: { id: "header(x-id)" } });
      expect(next).toMatchObject({ error: "extract", variables: [] });
    });
  });

  test("nothing listens: the request fails at once and nothing was sent", async () => {
    const gone = new ScriptedServer({});
    const base = await gone.start();
    await gone.stop();
    const { status, error, slot } = await perform(transport, get(`${base}/`));
    expect({ status, error }).toEqual({ status: 0, error: "connectionRefused" });
    expect(slot.sentUs).toBe(-1);
  });

  test("a HEAD request has no body to wait for", async () => {
    const head = new ScriptedServer({ "/": { pieces: [`${OK}content-length: 99\r\n\r\n`] } });
    const request = { ...get(`${await head.start()}/`), method: "HEAD" };
    expect(await perform(transport, request)).toMatchObject({ status: 200, error: "" });
    expect(await perform(transport, request)).toMatchObject({ status: 200, error: "" });
    expect(head.connections).toBe(1);
    await head.stop();
  });

  describe("over TLS", () => {
    let connections = 0;
    const bodies: string[] = [];
    const secure = createServer(selfSigned, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        bodies.push(Buffer.concat(chunks).toString());
        response.end("ok");
      });
    });
    let base: string;
    beforeAll(async () => {
      secure.on("secureConnection", () => connections++);
      await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
      const address = secure.address();
      base = `https://localhost:${typeof address === "object" && address !== null ? address.port : 0}`;
    });
    afterAll(async () => {
      secure.closeAllConnections();
      await new Promise((resolve) => secure.close(resolve));
    });

    test("requests share a connection when the certificate is accepted", async () => {
      const trusting = create(false);
      for (let i = 0; i < 3; i++) {
        const { status, error } = await perform(trusting, get(`${base}/`));
        expect({ status, error }).toEqual({ status: 200, error: "" });
      }
      expect(connections).toBe(1);
      trusting.close();
    });

    test("requests with templates are their own each, though the buffer is one", async () => {
      const trusting = create(false);
      const language = new StepLanguage({ data: {}, dataSeed: 0, seed: 0 });
      const body = `{{iteration}} ${"x".repeat(2_000)} {{iteration}}`;
      const request = compileRequest(
        { name: "s", protocol: "http", method: "POST", url: `${base}/`, headers: {}, body },
        language,
      );
      bodies.length = 0;
      const arrivals = Array.from({ length: 30 }, (_, arrival) => arrival);
      await Promise.all(arrivals.map((arrival) => perform(trusting, request, 1_500, { arrival })));
      const wanted = arrivals.map((n) => body.replaceAll("{{iteration}}", String(n)));
      expect(bodies.toSorted()).toEqual(wanted.toSorted());
      trusting.close();
    });

    test("a certificate that nobody vouches for fails the request before it is sent", async () => {
      const { status, error, slot } = await perform(transport, get(`${base}/`));
      expect({ status, error }).toEqual({ status: 0, error: "tls" });
      expect(slot.sentUs).toBe(-1);
    });

    test("plain HTTP behind an https URL is a failure of TLS", async () => {
      const plain = new ScriptedServer({});
      const url = (await plain.start()).replace("http:", "https:");
      const trusting = create(false);
      const { error } = await perform(trusting, get(`${url}/`), 400);
      expect(["tls", "timeout"]).toContain(error);
      trusting.close();
      await plain.stop();
    });
  });
});
