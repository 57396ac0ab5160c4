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
