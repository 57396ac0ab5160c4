import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pages, root } from "./pages.ts";

const text = pages().find(({ file }) => file === "docs/measurement.md")?.text ?? "";
const names = text.slice(text.indexOf("## Names of other tools"), text.indexOf("## Metrics for"));

/** What stands left of a colon or a bracket in a report of ab, but for how it greets. */
function labelsOf(report: string): string[] {
  const lines = report.slice(report.indexOf("Server Hostname")).split("\n");
  const labels = lines.flatMap(
    (line) => /^([A-Z][\w -]+?)(?::| \(ms\)| within)/.exec(line)?.[1] ?? [],
  );
  return [...new Set(labels)].filter((label) => label !== "Connection Times");
}

test("every figure that ab prints has its name here", () => {
  const labels = labelsOf(readFileSync(join(root, "bench/peers/samples/ab.txt"), "utf8"));
  expect(labels.length).toBeGreaterThan(15);
  expect(labels.filter((label) => !names.includes(label))).toEqual([]);
});

/** Its built-in metrics and those of HTTP. */
const k6 = [
  ...["vus", "vus_max", "iterations", "iteration_duration", "dropped_iterations"],
  ...["data_received", "data_sent", "checks", "group_duration"],
  ...["http_reqs", "http_req_blocked", "http_req_connecting", "http_req_tls_handshaking"],
  ...["http_req_sending", "_waiting", "_receiving", "http_req_duration", "http_req_failed"],
];

test("every metric of k6 for HTTP has its name here", () => {
  expect(k6.filter((name) => !names.includes(`\`${name}\``))).toEqual([]);
});
