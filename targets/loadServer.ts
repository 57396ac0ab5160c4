import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { RunningTarget } from "./target.ts";
import { TargetError } from "./targetError.ts";

/** Bursts of thousands of new connections must wait in the kernel's queue, not be refused. */
const BACKLOG = 4_096;

export interface Address {
  host: string;
  /** 0 takes a free port. */
  port: number;
}

/** A plain HTTP server that never closes a load connection for being slow or idle below 75 s. */
export async function startLoadServer(
  name: string,
  address: Address,
  onRequest: RequestListener,
): Promise<RunningTarget> {
  const server = createServer(
    { keepAliveTimeout: 75_000, requestTimeout: 0, headersTimeout: 0 },
    onRequest,
  );
  server.timeout = 0;
  server.maxRequestsPerSocket = 0;
  await listen(server, name, address);
  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${urlHost(address.host)}:${port}`,
    port,
    stop: () => (stopped ??= close(server)),
  };
}

function listen(server: Server, name: string, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) =>
      reject(listenError(error, name, { host, port }));
    server.once("error", onError);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off("error", onError);
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, name: string, { host, port }: Address) {
  const cause = { cause: error };
  if (error.code === "EADDRINUSE") {
    return new TargetError(
      "ADDRESS_IN_USE",
      `${name}: port ${port} on ${host} is already in use; stop what listens there or choose another port (0 takes a free one)`,
      cause,
    );
  }
  const advice =
    error.code === "EACCES"
      ? "ports below 1024 need privileges, choose a higher one"
      : "check that the host is an address of this machine";
  return new TargetError(
    "LISTEN_FAILED",
    `${name}: cannot listen on ${host}:${port} (${error.code ?? error.message}); ${advice}`,
    cause,
  );
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}

/** An address to connect to: the wildcard addresses are for listening only. */
function urlHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
