import { createServer } from "node:net";

/**
 * The least a server can do: a child process that answers every request of a connection with the
 * same bytes. On loopback only; ends with its parent.
 */

const RESPONSE = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
/** CR LF CR LF: requests have no body, so this is their end. */
const END_OF_REQUEST = 0x0d0a0d0a;

/** What the parent may ask. */
export type ToResponder = "cpu";
export type FromResponder = { type: "listening"; port: number } | { type: "cpu"; cpuUs: number };

function say(message: FromResponder): void {
  process.send?.(message);
}

function listen(): void {
  const server = createServer({ noDelay: true }, (socket) => {
    let lastBytes = 0;
    socket.on("data", (chunk: Buffer) => {
      for (let i = Math.max(0, chunk.length - 4); i < chunk.length; i++) {
        lastBytes = ((lastBytes << 8) | (chunk[i] as number)) >>> 0;
      }
      if (lastBytes === END_OF_REQUEST) socket.write(RESPONSE);
    });
    socket.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port was given");
    say({ type: "listening", port: address.port });
  });
}

if (import.meta.main) {
  process.once("disconnect", () => process.exit(0));
  process.on("SIGINT", () => {});
  process.on("message", (_message: ToResponder) => {
    const { user, system } = process.cpuUsage();
    say({ type: "cpu", cpuUs: user + system });
  });
  listen();
}
