import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below the range from which systems take outgoing ports (from 32,768 on Linux, 49,152 elsewhere): a client that
// retries a local port of that range can connect to itself and then keep the restarted server from its port.
const FIRST_PORT = 20_000;
const END_PORT = 32_000;
const ATTEMPTS = 50;

/** A port of 127.0.0.1 that nobody listens on now. Another process may take it first: retry with a new one. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST_PORT, END_PORT);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port between ${FIRST_PORT} and ${END_PORT} in ${ATTEMPTS} attempts`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
