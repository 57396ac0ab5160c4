import { readFileLimit, readPortCount } from "./systemLimits.ts";

/** The default of a scenario's `maxInFlight`: each request in flight needs a connection. */
const USUAL_IN_FLIGHT = 10_000;

/**
 * What a worker with these limits cannot do that a scenario with the default `maxInFlight` may ask
 * of it; runs that ask for more are warned of again when they are placed.
 */
export function limitWarnings(files: number | null, ports: number | null): string[] {
  const wanted = USUAL_IN_FLIGHT.toLocaleString("en-US");
  const texts: string[] = [];
  if (files !== null && files < USUAL_IN_FLIGHT) {
    texts.push(
      `only ${files.toLocaleString("en-US")} file descriptors, fewer than the ${wanted} requests ` +
        "a scenario may have in flight by default: raise `ulimit -n`",
    );
  }
  if (ports !== null && ports < USUAL_IN_FLIGHT) {
    texts.push(
      `only ${ports.toLocaleString("en-US")} local ports, fewer than the ${wanted} requests a ` +
        "scenario may have in flight by default: widen net.ipv4.ip_local_port_range",
    );
  }
  return texts;
}

export function warnOfLimits(warn: (text: string) => void): void {
  for (const text of limitWarnings(readFileLimit(), readPortCount())) warn(text);
}
