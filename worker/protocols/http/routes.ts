import type { Proxy } from "./proxy.ts";
import type { RequestOptions } from "./undiciConnection.ts";

/** How requests change on their way: made once for each that is sent again and again. */
type Route = (options: RequestOptions) => RequestOptions;

export const unchanged: Route = (options) => options;

function once(change: Route): Route {
  const known = new WeakMap<RequestOptions, RequestOptions>();
  return (options) => {
    let changed = known.get(options);
    if (changed === undefined) known.set(options, (changed = change(options)));
    return changed;
  };
}

/** Headers as the transport makes them: names and values in turn. */
function pairsOf({ headers }: RequestOptions): [string, string][] {
  const flat = Array.isArray(headers) ? headers : [];
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ""]] : []));
}

/** To a proxy that forwards: the whole URL, whose host the target is, and the proxy's credentials. */
export function forwarded(target: URL, proxy: Proxy): Route {
  return once((options) => {
    const headers = pairsOf(options);
    if (!headers.some(([name]) => name.toLowerCase() === "host")) {
      headers.unshift(["host", target.host]);
    }
    headers.push(...Object.entries(proxy.headers));
    return { ...options, path: target.origin + options.path, headers: headers.flat() };
  });
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
export function http2Headers(): Route {
  return once((options) => ({
    ...options,
    headers: pairsOf(options)
      .filter(([name]) => !connectionHeaders.has(name.toLowerCase()))
      .flat(),
  }));
}
