/**
 * Why a request had no answer, in one word that means the same for every transport. The names are
 * part of results (`errors` of steps and seconds).
 */
const kinds: Record<string, string> = {
  ECONNREFUSED: "connectionRefused",
  ECONNRESET: "connectionReset",
  EPIPE: "connectionReset",
  UND_ERR_SOCKET: "connectionClosed",
  ETIMEDOUT: "connectTimeout",
  UND_ERR_CONNECT_TIMEOUT: "connectTimeout",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EMFILE: "generatorFileDescriptors",
  ENFILE: "generatorFileDescriptors",
  EADDRNOTAVAIL: "generatorPorts",
  HTTP2_UNSUPPORTED: "http2Unsupported",
  PROXY_UNREACHABLE: "proxyUnreachable",
  PROXY_REFUSED: "proxyRefused",
  PROXY_AUTH: "proxyAuth",
};

const prefixes: readonly [string, string][] = [
  ["HPE_", "protocol"],
  ["UND_ERR_", "protocol"],
  // What undici answers to a status below 100.
  ["ERR_ASSERTION", "protocol"],
  ["ERR_TLS_", "tls"],
  ["ERR_SSL_", "tls"],
  ["CERT_", "tls"],
  ["DEPTH_ZERO_", "tls"],
  ["SELF_SIGNED_", "tls"],
  ["UNABLE_TO_", "tls"],
];

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return "";
}

/** Broken HTTP, however the library tells: a parser's own error, or a socket closed for it. */
function isProtocolError(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "HTTPParserError") return true;
  return code === "UND_ERR_SOCKET" && /^bad (response|upgrade)/.test(error.message);
}

export function httpErrorKind(error: unknown): string {
  const code = codeOf(error);
  if (isProtocolError(error, code)) return "protocol";
  const kind = kinds[code] ?? prefixes.find(([prefix]) => code.startsWith(prefix))?.[1];
  return kind ?? "other";
}

/** What undici and Node say of HTTP/2 beside that: some of it only in words. */
export function http2ErrorKind(error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : "";
  if (code === "ERR_HTTP2_STREAM_ERROR") return "streamReset";
  // Streams that go down with their connection.
  if (/^ERR_HTTP2_(STREAM_CANCEL|INVALID_SESSION|INVALID_STREAM)$/.test(code)) {
    return "connectionClosed";
  }
  if (code === "ERR_HTTP2_GOAWAY_SESSION") return "goaway";
  if (code === "ERR_HTTP2_SESSION_ERROR" || message.includes('"GOAWAY"')) return "goaway";
  if (code === "UND_ERR_INFO" && /stream (closed|half-closed)/.test(message)) return "streamReset";
  if (code.startsWith("ERR_HTTP2_")) return "protocol";
  return httpErrorKind(error);
}
