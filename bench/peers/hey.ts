import { findProgram } from "../programs.ts";
import { type Peer, requiredNumber } from "./peer.ts";

const at = (output: string, percent: number) => {
  const text = new RegExp(`${percent}%+ in ([\\d.]+) secs`).exec(output)?.[1];
  return text === undefined ? null : Number(text) * 1000;
};

export const hey: Peer = {
  name: "hey",
  find: () => findProgram("hey"),
  command: (program, { url, connections, seconds }) => [
    ...[program, "-z", `${seconds}s`, "-c", String(connections), url],
  ],
  parse(output) {
    const seconds = requiredNumber(output, /Total:\s+([\d.]+) secs/);
    const errors = /Error distribution:([^]*)$/.exec(output)?.[1] ?? "";
    // Statuses and latencies stop at a million requests, the rate does not.
    const statuses = output.matchAll(/^\s+\[(\d{3})\]\s+(\d+) responses/gm);
    const refused = [...statuses].filter(([, status]) => !status?.startsWith("2"));
    const counts = [...refused.map(([, , count]) => count), ...firstCounts(errors)];
    return {
      requests: Math.round(seconds * requiredNumber(output, /Requests\/sec:\s+([\d.]+)/)),
      seconds,
      failed: counts.reduce((sum, count) => sum + Number(count), 0),
      p50Ms: at(output, 50),
      p99Ms: at(output, 99),
    };
  },
};

const firstCounts = (errors: string) =>
  [...errors.matchAll(/^\s+\[(\d+)\]/gm)].map(([, count]) => count);
