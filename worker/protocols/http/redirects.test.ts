import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import { get, perform } from "./conformance.testing.ts";
import { RedirectingTransport } from "./redirectingTransport.ts";
import { redirectedRequest, redirectLocation, redirectTarget } from "./redirects.ts";
import { Slot } from "../../engine/slot.ts";
import { compileRequest } from "../../steps/compileRequest.ts";
import { StepLanguage } from "../../steps/stepLanguage.ts";
import { UndiciTransport } from "./undiciTransport.ts";

describe("where a redirect leads", () => {
  const from = "http://a.test/dir/page?q=1";
  test.each<[string, string | undefined]>([
    ["http://b.test/x", "http://b.test/x"],
    ["/root", "http://a.test/root"],
    ["beside", "http://a.test/dir/beside"],
    ["../up?x=y", "http://a.test/up?x=y"],
    ["?only=query", "http://a.test/dir/page?only=query"],
    ["//c.test/p", "http://c.test/p"],
    ["#part", "http://a.test/dir/page?q=1"],
    ["http://user:secret@b.test/", "http://b.test/"],
    ["http://", undefined],
    ["http://[::1", undefined],
    [`/${"x".repeat(9_000)}`, undefined],
  ])("%s", (location, url) => expect(redirectTarget(from, location)?.href).toBe(url));

  test.each([200, 204, 300, 304, 305, 400])("status %i leads nowhere", (status) => {
    expect(redirectLocation(status, "/x")).toBe("");
  });
  test.each([301, 302, 303, 307, 308])("status %i leads to its location", (status) => {
    expect(redirectLocation(status, "/x")).toBe("/x");
    expect(redirectLocation(status, undefined)).toBe("");
    expect(redirectLocation(status, ["/x", "/y"])).toBe("/x");
  });
});

describe("the request that follows", () => {
  const body = new Uint8Array([1]);
  const headers = {
    ...{ Authorization: "a", cookie: "b", "X-Id": "c", Host: "a.test" },
    ...{ "Content-Type": "d", "content-encoding": "e" },
  };
  const request = (method: string) => ({ method, url: "http://a.test/", headers, body });
  const to = (url: string) => new URL(url);

  test.each<[number, string, string]>([
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [303, "POST", "GET"],
    [303, "PUT", "GET"],
    [303, "HEAD", "HEAD"],
    [301, "PUT", "PUT"],
    [302, "DELETE", "DELETE"],
    [307, "POST", "POST"],
    [308, "PATCH", "PATCH"],
    [302, "HEAD", "HEAD"],
  ])("%i makes of a %s a %s", (status, before, after) => {
    const next = redirectedRequest(request(before), status, to("http://a.test/x"));
    const keepsBody = after === before;
    expect(next).toMatchObject({ method: after, url: "http://a.test/x" });
    expect(next.body).toBe(keepsBody ? body : null);
    expect("Content-Type" in next.headers).toBe(keepsBody);
    expect(next.headers).toMatchObject({ Authorization: "a", cookie: "b", "X-Id": "c" });
  });

  test.each(["http://b.test/", "https://a.test/", "http://a.test:81/"])(
    "takes no credentials to %s",
    (url) => {
      const { headers: left } = redirectedRequest(request("PUT"), 307, to(url));
      expect(left).toEqual({ "X-Id": "c", "Content-Type": "d", "content-encoding": "e" });
    },
  );
});

describe("over connections", () => {
  const seen: string[] = [];
  const answer = (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { url = "", method, headers } = incoming;
      const raw = Buffer.concat(chunks);
      const body = headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
      seen.push(`${method} ${url} ${body.toString()} ${headers.authorization ?? "-"}`);
      const go = (status: number, location?: string) =>
        response.writeHead(status, location === undefined ? {} : { location }).end("moved");
      const steps = /^\/chain\/(\d+)$/.exec(url);
      if (steps !== null && Number(steps[1]) > 0) return go(302, `${Number(steps[1]) - 1}`);
      if (url === "/loop") return go(302, "/loop");
      if (url === "/missing") return go(302);
      if (url === "/away") return go(307, `${other}/there`);
      if (url === "/ftp") return go(301, "ftp://127.0.0.1/x");
      if (url === "/script") return go(301, "javascript:alert(1)");
      if (url === "/broken") return go(301, "http://[");
      if (url === "/dead") return go(302, "http://127.0.0.1:1/");
      if (url === "/silent") return go(302, "/never");
      if (url === "/never") return undefined;
      if (url.endsWith("/turn")) return go(307, "again?x=y");
      if (url.includes("/again")) return go(308, "../landed");
      if (url === "/post") return go(303, "/landed");
      if (url.startsWith("/many/")) return go(302, `http://127.0.0.${url.slice(6)}:1/`);
      response.statusCode = url === "/404" ? 404 : 200;
      return response.end("ok");
    });
  };
  const here = createServer(answer);
  const there = createServer(answer);
  const limits = { connections: Infinity, perUser: false };
  const clock = { nowUs: () => performance.now() * 1000 };
  const http = { ...plainHttp, maxRedirects: 3 };
  const make = () =>
    new RedirectingTransport(
      new UndiciTransport(clock, { rejectUnauthorized: true, limits, http }),
      http,
      clock,
    );
  const transport = make();
  let base: string;
  let other: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => here.listen(0, "127.0.0.1", resolve));
    await new Promise<void>((resolve) => there.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(here.address() as AddressInfo).port}`;
    other = `http://127.0.0.1:${(there.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    transport.close();
    for (const server of [here, there]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  beforeEach(() => void (seen.length = 0));

  test.each<[path: string, status: number, error: string, redirects: number]>([
    ["/plain", 200, "", 0],
    ["/chain/1", 200, "", 1],
    ["/chain/3", 200, "", 3],
    ["/chain/4", 0, "redirectLimit", 3],
    ["/loop", 0, "redirectLimit", 3],
    ["/missing", 302, "", 0],
    ["/away", 200, "", 1],
    ["/ftp", 0, "redirectScheme", 0],
    ["/script", 0, "redirectScheme", 0],
    ["/broken", 0, "redirectInvalid", 0],
    ["/silent", 0, "timeout", 1],
    ["/post", 200, "", 1],
  ])("%s", async (path, status, error, redirects) => {
    const outcome = await perform(transport, get(base + path), 300);
    expect({ status: outcome.status, error: outcome.error }).toEqual({ status, error });
    expect(outcome.slot.redirects).toBe(redirects);
    // The target's own count is what was sent and what followed.
    expect(seen).toHaveLength(1 + redirects);
    expect(await perform(transport, get(`${base}/plain`))).toMatchObject({ status: 200 });
  });

  test("a hop that finds nobody fails the request, and counts", async () => {
    const { error, slot } = await perform(transport, get(`${base}/dead`));
    expect([error, slot.redirects]).toEqual(["connectionRefused", 1]);
    // The request was sent, if not the hop.
    expect(slot.sentUs).toBeGreaterThan(0);
  });

  test("a chain is one request from its first byte sent to its last received", async () => {
    const one = await perform(transport, get(`${base}/plain`));
    const chain = await perform(transport, get(`${base}/chain/3`));
    expect(chain.slot.bytesReceived).toBeGreaterThan(3 * one.slot.bytesReceived);
    expect(chain.slot.bytesSent).toBeGreaterThan(3 * one.slot.bytesSent);
    expect(chain.slot.firstByteUs).toBeGreaterThan(chain.slot.sentUs);
    expect(chain.slot.endUs).toBeGreaterThanOrEqual(chain.slot.firstByteUs);
  });

  test("method, body and credentials follow their rules", async () => {
    const body = new TextEncoder().encode("hi");
    const headers = { authorization: "secret", "content-type": "text/plain" };
    await perform(transport, { method: "POST", url: `${base}/post`, headers, body });
    await perform(transport, { method: "POST", url: `${base}/away`, headers, body });
    expect(seen).toEqual([
      "POST /post hi secret",
      "GET /landed  secret",
      "POST /away hi secret",
      "POST /there hi -",
    ]);
  });

  describe("of a step", () => {
    const compile = (step: Partial<Step>) => {
      const whole: Step = {
        ...{ name: "s", protocol: "http", method: "POST", url: base, headers: {} },
        ...step,
      };
      const data = { u: { inline: [{ v: "a/b" }, { v: "grüße" }], pick: "sequential" as const } };
      return compileRequest(whole, new StepLanguage({ data, dataSeed: 1, seed: 1 }));
    };

    test("a redirect is relative to the rendered path, and repeats what was rendered", async () => {
      const request = compile({
        url: `${base}/{{data.u.v}}/{{timestamp}}/turn`,
        headers: { authorization: "Bearer {{iteration}}-{{timestamp}}" },
        body: "{{data.u.v}} {{timestamp}}",
      });
      const { status, slot } = await perform(transport, request, 1_500, { arrival: 1 });
      expect([status, slot.redirects]).toEqual([200, 2]);
      const [, at = "", body = "", secret = ""] =
        /^POST \/gr%C3%BC%C3%9Fe\/(\d+)\/turn (.*) (Bearer 1-\d+)$/.exec(seen[0] ?? "") ?? [];
      expect(body).toMatch(/^grüße \d+$/);
      expect(seen.slice(1)).toEqual([
        `POST /gr%C3%BC%C3%9Fe/${at}/again?x=y ${body} ${secret}`,
        `POST /gr%C3%BC%C3%9Fe/landed ${body} ${secret}`,
      ]);
    });

    test("a body in a content coding is repeated in it", async () => {
      const body = "{{data.u.v}} {{timestamp}}";
      const request = compile({ url: `${base}/turn`, body, compress: "gzip" });
      await perform(transport, request, 1_500, { arrival: 1 });
      const [, sent = ""] = /^POST \/turn (grüße \d+) -$/.exec(seen[0] ?? "") ?? [];
      expect(seen.slice(1)).toEqual([`POST /again?x=y ${sent} -`, `POST /landed ${sent} -`]);
    });

    test("requests at once keep what is theirs", async () => {
      const request = compile({ url: `${base}/{{iteration}}/turn`, body: "{{iteration}}" });
      const operation = transport.operation(request);
      const arrivals = Array.from({ length: 40 }, (_, arrival) => arrival);
      await Promise.all(
        arrivals.map(async (arrival) => {
          const slot = new Slot(arrival);
          slot.beginRequest(0, 0, 0);
          slot.arrival = arrival;
          await new Promise<Slot>((resolve) => operation.perform(slot, resolve));
          expect([slot.status, slot.redirects]).toEqual([200, 2]);
        }),
      );
      expect(seen.filter((line) => line.includes("/again")).sort()).toEqual(
        arrivals.map((n) => `POST /${n}/again?x=y ${n} -`).sort(),
      );
    });

    test("checks and extractions see the last answer alone", async () => {
      const checks = ["status == 200", 'body contains "ok"', 'body contains "moved"'].map(
        (check, i) => ({ name: check, check, failRequest: i < 2 }),
      );
      const extract = { all: 'regex("^(.*)$")' };
      const { error, slot } = await perform(
        transport,
        compile({ url: `${base}/chain/2`, checks, extract }),
      );
      expect([error, slot.checksPassed, slot.variables]).toEqual(["", 3, ["ok"]]);
    });

    test("a check that fails leaves the status, as it does without redirects", async () => {
      const request = compile({ url: `${base}/chain/1`, checks: ['body contains "moved"'] });
      expect(await perform(transport, request)).toMatchObject({ status: 200, error: "check" });
    });

    test("a redirect that is not followed has no checks that held", async () => {
      const request = compile({ url: `${base}/loop`, checks: ["status == 302"] });
      const { error, slot } = await perform(transport, request);
      expect([error, slot.checksPassed]).toEqual(["redirectLimit", 0]);
    });
  });

  test("a target cannot send us to ever new places", async () => {
    const bounded = make();
    const errors: string[] = [];
    for (let i = 1; i <= 70; i++) {
      errors.push((await perform(bounded, get(`${base}/many/${i}`))).error);
    }
    expect(errors.slice(0, 63)).toEqual(Array(63).fill("connectionRefused"));
    expect(errors.slice(63)).toEqual(Array(7).fill("redirectOrigins"));
    bounded.close();
  });
});
