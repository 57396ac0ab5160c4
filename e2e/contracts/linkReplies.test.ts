import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";
import { createServer } from "node:tls";
import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { ReplyReader } from "@onrush/controller/platform/redis/replyReader.ts";
import type { Reply } from "@onrush/controller/platform/redis/resp.ts";
import { selfSigned } from "@onrush/worker/protocols/http/selfSigned.testing.ts";
import { privateRedisState, withRedis } from "./linkPrivateRedis.ts";

/** TLS in front of a server that speaks without. */
async function encrypted(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer(selfSigned, (socket) => {
    const inner = connect(port, "127.0.0.1");
    sockets.add(socket);
    for (const one of [socket, inner]) one.on("error", () => {});
    socket.on("close", () => inner.destroy());
    inner.on("close", () => socket.destroy());
    socket.pipe(inner).pipe(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    breakOff: () => sockets.forEach((socket) => socket.destroy()),
    close: () => server.close(),
  };
}

/** The reports of an answer to XREAD, copied. */
function reportsOf(reply: Reply): Buffer[] {
  const at = (from: Reply | undefined, place: number) =>
    Array.isArray(from) ? from[place] : undefined;
  const entries = at(at(reply, 0), 1);
  if (!Array.isArray(entries)) return [];
  return entries.map((entry) => Buffer.from(at(at(entry, 1), 1) as Uint8Array));
}

const { isSkipped, reason } = await privateRedisState();

describe.skipIf(isSkipped)(`replies read into the same memory${reason}`, () => {
  it.each(["plain", "TLS"])("come whole over %s, also after the connection broke", (kind) =>
    withRedis(async ({ url }) => {
      const redis = new Redis(url);
      const tls = await encrypted(Number(new URL(url).port));
      const port = kind === "TLS" ? tls.port : Number(new URL(url).port);
      const secure =
        kind === "TLS" ? { tls: { ca: selfSigned.cert, servername: "localhost" } } : {};
      const reader = new ReplyReader({ host: "127.0.0.1", port, db: 3, ...secure });
      try {
        await redis.select(3);
        const sent = Array.from({ length: 40 }, (_, i) => randomBytes(1 + i * 3_000));
        for (const bytes of sent) await redis.xadd("reports", "*", "r", bytes);
        const read = (count: number) =>
          reader.call(["XREAD", "COUNT", count, "STREAMS", "reports", "0"]);
        for (const count of [40, 2, 40]) {
          expect(reportsOf(await read(count))).toEqual(sent.slice(0, count));
        }
        await expect(reader.call(["XREAD", "nonsense"])).rejects.toThrow(/ERR/);
        expect(reportsOf(await read(3))).toEqual(sent.slice(0, 3));
        if (kind === "TLS") tls.breakOff();
        else await redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await expect.poll(() => read(1).then(reportsOf, () => [])).toEqual(sent.slice(0, 1));
      } finally {
        reader.close();
        redis.disconnect();
        tls.close();
      }
    }),
  );
});
