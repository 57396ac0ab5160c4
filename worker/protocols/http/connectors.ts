import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import type { HttpOptions } from "@onrush/shared/scenario/httpOptions.ts";
import { CONNECT_TIMEOUT_MS } from "./httpRequest.ts";
import { type Proxy, throughTunnel, toProxy } from "./proxy.ts";

interface ConnectorOptions {
  isTls: boolean;
  rejectUnauthorized: boolean;
  version: HttpOptions["version"];
  proxy: Proxy | null;
}

/** The target has to agree to HTTP/2: a run that asks for it must not measure something else. */
function onlyHttp2(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error !== null) return callback(error, null);
      if ((socket as TLSSocket).alpnProtocol === "h2") return callback(null, socket);
      socket.on("error", () => {});
      socket.destroy();
      const refusal = new Error("the target does not speak HTTP/2");
      callback(Object.assign(refusal, { code: "HTTP2_UNSUPPORTED" }), null);
    });
  };
}

/** Opens sockets to an origin the way a scenario asks for: over TLS, HTTP/2, through a proxy. */
export function makeConnector(options: ConnectorOptions): buildConnector.connector {
  const { isTls, rejectUnauthorized, version, proxy } = options;
  const isHttp2 = version === "2";
  const timeout = CONNECT_TIMEOUT_MS;
  const direct = buildConnector({
    allowH2: isHttp2,
    ...(isHttp2 ? { preferH2: true } : {}),
    ...{ timeout, rejectUnauthorized, noDelay: true },
  });
  const reach = (connect: buildConnector.connector) => {
    if (proxy === null) return connect;
    if (!isTls) return toProxy(connect);
    return throughTunnel(connect, { proxy, connect: direct, timeoutMs: timeout });
  };
  return isHttp2 ? onlyHttp2(reach(direct)) : reach(direct);
}

/** Opens a socket ahead, for a client that is given it when it asks for one. */
export function openAhead(
  connector: buildConnector.connector,
  origin: string,
  opened: (error: unknown, socket: Socket | undefined) => void,
): void {
  const { protocol, host, hostname, port } = new URL(origin);
  connector({ protocol, host, hostname, port }, (error, socket) => {
    if (error !== null) return opened(error, undefined);
    socket.on("error", () => {});
    opened(null, socket);
  });
}
