import { findProgram } from "../programs.ts";
import { optionalNumber, type Peer, requiredNumber } from "./peer.ts";

/** ab ends at its number of requests or its time, and allocates for the number in advance. */
const MORE_THAN_POSSIBLE_PER_SECOND = 400_000;

export const ab: Peer = {
  name: "ab",
  find: () => findProgram("ab"),
  command: (program, { url, connections, seconds }) => [
    ...[program, "-q", "-k", "-c", String(connections), "-t", String(seconds)],
    // After -t, which sets a number of its own.
    ...["-n", String(seconds * MORE_THAN_POSSIBLE_PER_SECOND), url],
  ],
  parse(output) {
    const requests = requiredNumber(output, /Complete requests:\s+(\d+)/);
    const refused = optionalNumber(output, /Non-2xx responses:\s+(\d+)/) ?? 0;
    return {
      requests,
      seconds: requests / requiredNumber(output, /Requests per second:\s+([\d.]+)/),
      failed: requiredNumber(output, /Failed requests:\s+(\d+)/) + refused,
      // Whole milliseconds.
      p50Ms: optionalNumber(output, /^\s+50%\s+(\d+)/m),
      p99Ms: optionalNumber(output, /^\s+99%\s+(\d+)/m),
    };
  },
};
