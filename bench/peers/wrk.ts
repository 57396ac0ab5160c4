import { findProgram } from "../programs.ts";
import { durationMs, optionalNumber, type Peer, requiredNumber } from "./peer.ts";

const at = (output: string, percent: number) =>
  durationMs(new RegExp(`^\\s+${percent}%\\s+(\\S+)$`, "m").exec(output)?.[1]);

export const wrk: Peer = {
  name: "wrk",
  find: () => findProgram("wrk"),
  command: (program, { url, connections, seconds }) => [
    ...[program, "-t1", `-c${connections}`, `-d${seconds}s`, "--latency", url],
  ],
  parse(output) {
    const requests = requiredNumber(output, /(\d+) requests in /);
    const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/;
    const socketErrors = (errors.exec(output) ?? []).slice(1).map(Number);
    const refused = optionalNumber(output, /Non-2xx or 3xx responses: (\d+)/) ?? 0;
    return {
      requests,
      // The duration is printed with two digits only, the rate with more.
      seconds: requests / requiredNumber(output, /Requests\/sec:\s+([\d.]+)/),
      failed: socketErrors.reduce((sum, count) => sum + count, refused),
      p50Ms: at(output, 50),
      p99Ms: at(output, 99),
    };
  },
};
