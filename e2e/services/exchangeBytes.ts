import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";

export type Endpoint = { readonly host: string; readonly port: number; readonly tls: boolean };

export const DEFAULT_PROBE_TIMEOUT_MS = 2_000;

/**
 * Connects, sends `request` and resolves with all bytes received once `isComplete` accepts them.
 * Rejects on a refused or closed connection and after `timeoutMs`.
 */
export function exchangeBytes(
  endpoint: Endpoint,
  request: Buffer,
  isComplete: (received: Buffer) => boolean,
  timeoutMs: number = DEFAULT_PROBE_TIMEOUT_MS,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { host, port } = endpoint;
    const socket = endpoint.tls
      ? connectTls({ host, port, servername: host })
      : connectTcp({ host, port });
    let received: Buffer = Buffer.alloc(0);
    const fail = (reason: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(`${host}:${port} ${reason}`));
    };
    const timer = setTimeout(() => fail(`gave no answer within ${timeoutMs} ms`), timeoutMs);
    socket.once("error", (error) => fail(`failed: ${error.message}`));
    socket.once("close", () => fail("closed the connection"));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (!isComplete(received)) return;
      clearTimeout(timer);
      socket.destroy();
      resolve(received);
    });
    socket.write(request);
  });
}
