import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Peer } from "./peer.ts";

interface Report {
  duration: number;
  requests: { total: number };
  latency: { p50: number; p99: number };
  errors: number;
  timeouts: number;
  non2xx: number;
}

/** Installed with this package, and run as a process of its own like all others. */
function find(): string | undefined {
  const file = fileURLToPath(new URL("../node_modules/autocannon/autocannon.js", import.meta.url));
  return existsSync(file) ? file : undefined;
}

export const autocannon: Peer = {
  name: "autocannon",
  find,
  command: (program, { url, connections, seconds }) => [
    ...[process.execPath, program, "-c", String(connections), "-d", String(seconds)],
    ...["--json", "--no-progress", url],
  ],
  parse(output) {
    const report = JSON.parse(output) as Report;
    return {
      requests: report.requests.total,
      seconds: report.duration,
      failed: report.errors + report.timeouts + report.non2xx,
      // Whole milliseconds.
      p50Ms: report.latency.p50,
      p99Ms: report.latency.p99,
    };
  },
};
