import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { startLoadServer } from "./loadServer.ts";
import { closeOf, openSocket, running } from "./testClient.ts";

const local = { host: "127.0.0.1", port: 0 };
const start = (address = local) =>
  startLoadServer("demo", address, (request, response) => {
    if (request.url !== "/never") response.end("ok");
  });

describe("starting", () => {
  test("port 0 takes a free port and the url reaches it", async () => {
    const target = await running(start());
    expect(target.url).toBe(`http://127.0.0.1:${target.port}`);
    expect(await (await fetch(target.url)).text()).toBe("ok");
  });

  test("the url of a wildcard address is one that can be connected to", async () => {
    const target = await running(start({ host: "0.0.0.0", port: 0 }));
    expect(target.url).toBe(`http://127.0.0.1:${target.port}`);
    expect((await fetch(target.url)).status).toBe(200);
  });

  test("a port in use is refused with the port and what to do", async () => {
    const { port } = await running(start());
    await expect(start({ host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "ADDRESS_IN_USE",
      message: `demo: port ${port} on 127.0.0.1 is already in use; stop what listens there or choose another port (0 takes a free one)`,
    });
  });

  test("an address of another machine is refused with the cause", async () => {
    await expect(start({ host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
      code: "LISTEN_FAILED",
      message: expect.stringContaining("check that the host is an address of this machine"),
      cause: { code: "EADDRNOTAVAIL" },
    });
  });
});

describe("stopping", () => {
  test("closes silent, idle and waiting connections and frees the port", async () => {
    const target = await start();
    const silent = await openSocket(target.port);
    const idle = await openSocket(target.port);
    idle.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(idle, "data");
    const waiting = await openSocket(target.port);
    waiting.write("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    const closed = [silent, idle, waiting].map(closeOf);

    await target.stop();
    await Promise.all(closed);

    const next = createServer();
    next.listen(target.port, "127.0.0.1");
    await once(next, "listening");
    next.close();
    await once(next, "close");
  });

  test("leaves no listening socket", async () => {
    const target = await start();
    await target.stop();
    await expect(fetch(target.url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });

  test("may be asked for twice", async () => {
    const target = await start();
    await Promise.all([target.stop(), target.stop()]);
    await target.stop();
  });
});
