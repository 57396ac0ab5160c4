import { findProgram } from "../programs.ts";
import type { Peer } from "./peer.ts";

/** Durations in nanoseconds. */
interface Report {
  requests: number;
  duration: number;
  wait: number;
  latencies: { "50th": number; "99th": number };
  status_codes: Record<string, number>;
}

const PIPE =
  'echo "GET $1" | "$0" attack -rate=0 -max-workers=$2 -duration=$3s | "$0" report -type=json';

export const vegeta: Peer = {
  name: "vegeta",
  find: () => findProgram("vegeta"),
  command: (program, { url, connections, seconds }) => [
    ...["sh", "-c", PIPE, program, url, String(connections), String(seconds)],
  ],
  parse(output) {
    const report = JSON.parse(output) as Report;
    return {
      requests: report.requests,
      seconds: (report.duration + report.wait) / 1e9,
      failed: report.requests - (report.status_codes["200"] ?? 0),
      p50Ms: report.latencies["50th"] / 1e6,
      p99Ms: report.latencies["99th"] / 1e6,
    };
  },
};
