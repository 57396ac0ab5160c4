import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nginxConfig } from "./nginxConfig.ts";
import { startResponder, type Target } from "./target.ts";

let target: Target;
beforeAll(async () => {
  target = await startResponder(null);
});
afterAll(() => target.stop());

test("our own target answers every request once, however its bytes are split", async () => {
  const socket = connect({ port: Number(new URL(target.url).port), host: "127.0.0.1" });
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  const answers = async (count: number) => {
    while (answer.split("ok\n").length - 1 < count) await once(socket, "data");
  };
  const request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  socket.write(`${request}${request}GET / HTTP/1.1\r\nHost: a\r\n\r`);
  await answers(2);
  socket.write("\n");
  await answers(3);
  socket.write(request);
  await answers(4);
  socket.end();
  await once(socket, "close");
  expect(answer.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(4);
});

test("nginx gets a port on loopback and writes only into its folder", () => {
  const config = nginxConfig("/tmp/some", 12_345);
  expect(config).toContain("listen 127.0.0.1:12345");
  for (const [, path] of config.matchAll(/(?:_path|pid|error_log) (\/\S+?)[; ]/g)) {
    expect(path).toMatch(/^\/tmp\/some\//);
  }
});
