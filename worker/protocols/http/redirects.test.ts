import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { plainHttp } from "@onrush/shared/scenario/http.ts";
import { get, perform } from "./conformance.testing.ts";
import { RedirectingTransport } from "./redirectingTransport.ts";
import { redirectedRequest, redirectLocation, redirectTarget } from "./redirects.ts";
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
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      const { url = "", method, headers } = incoming;
      seen.push(`${method} ${url} ${body} ${headers.authorization ?? "-"}`);
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
