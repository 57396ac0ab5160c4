import { joinParts, type Text } from "@onrush/shared/template/compileTemplate.ts";
import type { Proxy } from "./proxy.ts";

/** What of a request depends on the way it takes. */
interface Head {
  path: Text;
  headers: [name: string, value: Text][];
}

/** To a proxy that forwards: the whole URL, whose host the target is, and the proxy's credentials. */
export function forwarded({ path, headers }: Head, target: URL, proxy: Proxy): Head {
  const hasHost = headers.some(([name]) => name.toLowerCase() === "host");
  const host: Head["headers"] = hasHost ? [] : [["host", target.host]];
  return {
    path: joinParts([target.origin, path]),
    headers: [...host, ...headers, ...Object.entries(proxy.headers)],
  };
}

/** Headers about the connection, which HTTP/2 has none of (RFC 9113, 8.2.2). */
const connectionHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "te",
  "http2-settings",
]);

/** Leaves out what would break an HTTP/2 connection for all requests on it. */
export function http2Headers({ path, headers }: Head): Head {
  return { path, headers: headers.filter(([name]) => !connectionHeaders.has(name.toLowerCase())) };
}
