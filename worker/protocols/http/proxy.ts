import type { Socket } from "node:net";
import { type buildConnector, Client } from "undici";

/** A forward proxy, and what it is to be told of us. */
export interface Proxy {
  readonly origin: string;
  /** `Proxy-Authorization` and its value, or nothing. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Errors of the proxy, not of the target: `httpErrorKind` knows the codes. */
type ProxyCode = "PROXY_UNREACHABLE" | "PROXY_REFUSED" | "PROXY_AUTH";

const PROXY_AUTHENTICATION_REQUIRED = 407;

function proxyError(code: ProxyCode, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}

/** `url` may have credentials before its host; they go nowhere but into the proxy's header. */
export function proxyOf(url: string): Proxy {
  const { origin, username, password } = new URL(url);
  if (username === "" && password === "") return { origin, headers: {} };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const credentials = Buffer.from(pair).toString("base64");
  return { origin, headers: { "proxy-authorization": `Basic ${credentials}` } };
}

/** Wraps a connector to the proxy itself: that it cannot be reached is not the target's doing. */
export function toProxy(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(proxyError("PROXY_UNREACHABLE", "no connection to the proxy", error), null);
    });
  };
}

interface TunnelOptions {
  proxy: Proxy;
  /** Opens sockets to the proxy. */
  connect: buildConnector.connector;
  timeoutMs: number;
}

/** Asks the proxy for a tunnel to `authority` (host:port). */
function openTunnel(
  authority: string,
  { proxy, connect, timeoutMs }: TunnelOptions,
  opened: (error: Error | null, socket: Socket | null) => void,
): void {
  const client = new Client(proxy.origin, {
    allowH2: false,
    headersTimeout: 0,
    connect: toProxy(connect),
  });
  const timer = setTimeout(() => {
    void client.destroy(proxyError("PROXY_REFUSED", "no tunnel in time")).catch(() => {});
  }, timeoutMs);
  const headers = { host: authority, ...proxy.headers };
  client.connect({ path: authority, headers }, (error, answer) => {
    clearTimeout(timer);
    if (error !== null) {
      const isOurs = "code" in error && String(error.code).startsWith("PROXY_");
      return opened(
        isOurs ? error : proxyError("PROXY_REFUSED", "the proxy gave no tunnel", error),
        null,
      );
    }
    const { statusCode } = answer;
    const socket = answer.socket as Socket;
    if (statusCode >= 200 && statusCode < 300) return opened(null, socket);
    socket.on("error", () => {});
    socket.destroy();
    const code = statusCode === PROXY_AUTHENTICATION_REQUIRED ? "PROXY_AUTH" : "PROXY_REFUSED";
    opened(proxyError(code, `the proxy answered ${statusCode}`), null);
  });
}

/** Connects to targets over TLS through tunnels of a proxy. */
export function throughTunnel(
  secure: buildConnector.connector,
  options: TunnelOptions,
): buildConnector.connector {
  return (target, callback) => {
    const port = target.port === "" ? "443" : target.port;
    openTunnel(`${target.hostname}:${port}`, options, (error, socket) => {
      if (error !== null) return callback(error, null);
      secure({ ...target, httpSocket: socket as never }, callback);
    });
  };
}

/** The answer is the proxy's own when it asks for credentials: no target may say that. */
export function forwardedError(status: number): string {
  return status === PROXY_AUTHENTICATION_REQUIRED ? "proxyAuth" : "";
}
