import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { startTestServer } from "./testServer.ts";

test("close ends connections that are kept alive", async () => {
  const server = await startTestServer();
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(socket, "data");
  await Promise.all([once(socket, "close"), server.close()]);
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
});

test("close ends requests that never finish", async () => {
  const server = await startTestServer();
  server.directory.list = () => new Promise(() => undefined);
  const waiting = fetch(`${server.api}/workers`).catch(() => "ended");
  await once(server.server, "request");
  await server.close();
  expect(await waiting).toBe("ended");
});

test("close works twice and before listening is over", async () => {
  const server = await startTestServer();
  await server.close();
  await server.close();
});

test("a port that is taken is an error", async () => {
  const server = await startTestServer();
  const port = Number(new URL(server.url).port);
  const other = await startTestServer();
  await other.close();
  await expect(other.listen(port)).rejects.toThrow("EADDRINUSE");
  await server.close();
});

test("bound to loopback it answers to loopback names; bound elsewhere to any", async () => {
  const { hostRule } = await import("./requestGuards.ts");
  const local = hostRule("127.0.0.1");
  for (const host of ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]:9"]) {
    expect(local(host), host).toBe(true);
  }
  for (const host of ["evil.test", "localhost.evil.test", "127.0.0.1@evil.test", "", "a:b:c"]) {
    expect(local(host), host).toBe(false);
  }
  expect(hostRule("0.0.0.0")("load.example.com")).toBe(true);
});
