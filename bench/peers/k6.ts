import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../programs.ts";
import { durationMs, type Peer, requiredNumber } from "./peer.ts";

function script(url: string): string {
  const target = JSON.stringify(url);
  return `import http from "k6/http";\nexport default () => { http.get(${target}); };\n`;
}

export const k6: Peer = {
  name: "k6",
  find: () => findProgram("k6"),
  command(program, { url, connections, seconds, folder }) {
    const file = join(folder, "k6.js");
    writeFileSync(file, script(url));
    return [
      ...[program, "run", "--no-usage-report", "--no-color", "--quiet"],
      ...["--vus", String(connections), "--duration", `${seconds}s`],
      ...["--summary-trend-stats", "med,p(99)", file],
    ];
  },
  parse(output) {
    const requests = requiredNumber(output, /http_reqs\.*:\s+(\d+)/);
    const duration = /http_req_duration\.*:.*med=(\S+)\s+p\(99\)=(\S+)/.exec(output);
    // "0.00% ✓ 0 ✗ 180" before version 1, "0.00% 0 out of 180" since.
    const failed = /http_req_failed\.*:\s+[\d.]+%\s+(?:✓ )?(\d+)/;
    return {
      requests,
      seconds: requests / requiredNumber(output, /http_reqs\.*:\s+\d+\s+([\d.]+)\/s/),
      failed: requiredNumber(output, failed),
      p50Ms: durationMs(duration?.[1]),
      p99Ms: durationMs(duration?.[2]),
    };
  },
};
