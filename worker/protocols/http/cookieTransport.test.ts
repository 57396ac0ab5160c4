import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plainHttp } from "@onrush/shared/scenario/httpOptions.ts";
import { Slot } from "../../engine/slot.ts";
import { CookieTransport, type JarOwner } from "./cookieTransport.ts";
import type { HttpTransport } from "./httpRequest.ts";
import { RawTransport } from "./rawTransport.ts";
import { RedirectingTransport } from "./redirectingTransport.ts";
import { UndiciTransport } from "./undiciTransport.ts";

/** Sets what `set` of the query says, redirects to `to`, and answers with the cookies it was sent. */
const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? "", "http://h");
  response.setHeader("Set-Cookie", searchParams.getAll("set"));
  const to = searchParams.get("to");
  if (to !== null) response.writeHead(302, { location: to });
  heard = request.headers.cookie;
  response.end();
});
let heard: string | undefined;
let base = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const clock = { nowUs: () => performance.now() * 1000 };
const options = {
  rejectUnauthorized: true,
  limits: { connections: Infinity, perUser: false },
  http: { ...plainHttp, maxRedirects: 3 },
};
const ways: [string, (owner: JarOwner) => HttpTransport][] = [
  ["raw", (owner) => new CookieTransport(new RawTransport(clock, options), owner)],
  [
    "undici with redirects",
    (owner) =>
      new RedirectingTransport(
        new CookieTransport(new UndiciTransport(clock, options), owner),
        options.http,
        clock,
      ),
  ],
];

describe.each(ways)("over %s", (name, make) => {
  let transport: HttpTransport;
  const use = (owner: JarOwner) => {
    transport?.close();
    transport = make(owner);
  };
  afterAll(() => transport.close());

  /** The Cookie header that the last request of a chain had. */
  const get = async (slot: Slot, path: string, headers = {}): Promise<string | undefined> => {
    const url = `${base}${path}`;
    const request = { method: "GET", url, headers, body: null };
    heard = undefined;
    slot.beginRequest(0, clock.nowUs(), clock.nowUs());
    await new Promise((done) => transport.operation(request).perform(slot, done));
    expect(slot.error).toBe("");
    return heard;
  };

  test("a user sends back what it was given, and nobody else does", async () => {
    use("user");
    const [one, other] = [new Slot(0), new Slot(1)];
    expect(await get(one, "/?set=sid%3D1&set=lang%3Dde")).toBeUndefined();
    one.arrival = 7;
    expect(await get(one, "/next")).toBe("sid=1; lang=de");
    expect(await get(other, "/next")).toBeUndefined();
  });

  test("path, domain, Secure and expiry decide", async () => {
    use("user");
    const slot = new Slot(0);
    const lines = ["a=1; Path=/a", "b=2; Secure", "c=3; Max-Age=0", "d=4; Domain=example.com"];
    await get(slot, `/?${lines.map((line) => `set=${encodeURIComponent(line)}`).join("&")}`);
    expect(await get(slot, "/b")).toBeUndefined();
    expect(await get(slot, "/a/x")).toBe("a=1");
    await get(slot, `/?set=${encodeURIComponent("a=; Path=/a; Max-Age=0")}`);
    expect(await get(slot, "/a/x")).toBeUndefined();
  });

  test("who comes after a user, or a fresh user, knows nothing of its cookies", async () => {
    use("user");
    const slot = new Slot(0);
    await get(slot, "/?set=sid%3D1");
    transport.leave(slot);
    expect(await get(slot, "/")).toBeUndefined();
    use("iteration");
    slot.arrival = 1;
    await get(slot, "/?set=sid%3D1");
    expect(await get(slot, "/")).toBe("sid=1");
    slot.arrival = 2;
    expect(await get(slot, "/")).toBeUndefined();
  });

  test("requests that are sent together have their iteration's", async () => {
    use("user");
    const [whole, part] = [new Slot(0), new Slot(1)];
    part.parent = whole;
    await get(part, "/?set=sid%3D1");
    expect(await get(whole, "/")).toBe("sid=1");
  });

  test("a step's own Cookie header is all that it sends", async () => {
    use("user");
    const slot = new Slot(0);
    await get(slot, "/?set=sid%3D1");
    expect(await get(slot, "/", { Cookie: "mine=2" })).toBe("mine=2");
  });

  test("malformed ones and more than a user keeps are left out", async () => {
    use("user");
    const slot = new Slot(0);
    for (let i = 0; i < 4; i++) {
      const lines = Array.from({ length: 100 }, (_, k) => `set=c${i * 100 + k}%3D1`).join("&");
      await get(slot, `/?set=%3D%3B&${lines}`);
    }
    expect((await get(slot, "/"))?.split("; ")).toHaveLength(300);
  });

  if (!name.includes("redirects")) return;
  test("every hop of redirects gives and gets", async () => {
    use("user");
    const slot = new Slot(0);
    expect(await get(slot, "/login?set=sid%3D1&to=/home")).toBe("sid=1");
  });
});
