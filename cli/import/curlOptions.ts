/**
 * Options of curl: what each means for a scenario, and which of the others take a value. An option
 * that is not listed is taken as one without a value, and noted.
 */

/** Options that become part of the request, by one spelling each. */
const used: Record<string, string> = {
  X: "request",
  H: "header",
  d: "data",
  F: "form",
  u: "user",
  b: "cookie",
  A: "user-agent",
  e: "referer",
  x: "proxy",
  m: "max-time",
  G: "get",
  I: "head",
  k: "insecure",
  L: "location",
  T: "upload-file",
};

/** Other short options, for their value and for notes. */
const shorts: Record<string, string> = {
  ...{ o: "output", O: "remote-name", w: "write-out", s: "silent", S: "show-error", v: "verbose" },
  ...{ i: "show-headers", f: "fail", c: "cookie-jar", D: "dump-header", K: "config", r: "range" },
  ...{
    E: "cert",
    C: "continue-at",
    U: "proxy-user",
    Y: "speed-limit",
    y: "speed-time",
    z: "time-cond",
  },
  ...{
    N: "no-buffer",
    g: "globoff",
    n: "netrc",
    q: "disable",
    J: "remote-header-name",
    R: "remote-time",
  },
  ...{
    "#": "progress-bar",
    "0": "http1.0",
    "1": "tlsv1",
    "2": "sslv2",
    "3": "sslv3",
    "4": "ipv4",
    "6": "ipv6",
  },
  ...{
    a: "append",
    B: "use-ascii",
    j: "junk-session-cookies",
    l: "list-only",
    M: "manual",
    p: "proxytunnel",
  },
  ...{ P: "ftp-port", Q: "quote", t: "telnet-option", V: "version", Z: "parallel", ":": "next" },
};

export const longName = (short: string): string | undefined => used[short] ?? shorts[short];

const withValue = new Set([
  ...["request", "header", "data", "data-raw", "data-ascii", "data-binary", "data-urlencode"],
  ...[
    "form",
    "form-string",
    "user",
    "cookie",
    "user-agent",
    "referer",
    "proxy",
    "max-time",
    "json",
  ],
  ...["url", "url-query", "oauth2-bearer", "max-redirs", "upload-file", "connect-timeout"],
  ...["output", "write-out", "cookie-jar", "dump-header", "config", "range", "cert", "continue-at"],
  ...["proxy-user", "speed-limit", "speed-time", "time-cond", "ftp-port", "quote", "telnet-option"],
  ...["key", "cacert", "capath", "cert-type", "key-type", "pass", "ciphers", "tls13-ciphers"],
  ...["tls-max", "curves", "pinnedpubkey", "crlfile", "resolve", "connect-to", "interface"],
  ...["local-port", "dns-servers", "doh-url", "unix-socket", "abstract-unix-socket", "retry"],
  ...["retry-delay", "retry-max-time", "limit-rate", "rate", "max-filesize", "noproxy", "preproxy"],
  ...["proxy-header", "proxy-cacert", "proxy-cert", "proxy-key", "socks4", "socks4a", "socks5"],
  ...["socks5-hostname", "stderr", "trace", "trace-ascii", "variable", "aws-sigv4", "hsts"],
  ...["alt-svc", "keepalive-time", "keepalive-cnt", "happy-eyeballs-timeout-ms", "proto"],
  ...[
    "proto-default",
    "proto-redir",
    "request-target",
    "netrc-file",
    "output-dir",
    "create-file-mode",
  ],
  ...["delegation", "engine", "expect100-timeout", "etag-compare", "etag-save", "login-options"],
  ...[
    "parallel-max",
    "service-name",
    "sasl-authzid",
    "tls-user",
    "tlsuser",
    "tlspassword",
    "ipfs-gateway",
  ],
]);

export const takesValue = (name: string) => withValue.has(name);

/** What concerns curl's own output and manners; a scenario loses nothing without them. */
const silentlyDropped = new Set([
  ...["silent", "show-error", "verbose", "show-headers", "include", "no-buffer", "progress-bar"],
  ...[
    "no-progress-meter",
    "fail",
    "fail-with-body",
    "fail-early",
    "globoff",
    "output",
    "remote-name",
  ],
  ...["write-out", "dump-header", "stderr", "trace", "trace-ascii", "trace-time", "styled-output"],
  ...["no-styled-output", "disable", "keepalive", "create-dirs", "output-dir", "remote-name-all"],
  ...["remote-header-name", "remote-time", "http1.1", "tcp-nodelay", "no-keepalive", "path-as-is"],
  ...[
    "post301",
    "post302",
    "post303",
    "location-trusted",
    "suppress-connect-headers",
    "no-sessionid",
  ],
]);

export const concernsOutputOnly = (name: string) => silentlyDropped.has(name);
