/**
 * Where the time of a request goes, in the order of time. Each is recorded when the transport can
 * see it: `dns`, `connect` and `tls` once per connection, with the first request it carries.
 */
export const phases = [
  "blocked",
  "dns",
  "connect",
  "tls",
  "sending",
  "waiting",
  "receiving",
] as const;
export type Phase = (typeof phases)[number];

/** What opening a connection took, microseconds; -1 for what there was not. */
export interface ConnectionPhases {
  dnsUs: number;
  connectUs: number;
  tlsUs: number;
}
