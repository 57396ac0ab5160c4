import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ab } from "./ab.ts";
import { autocannon } from "./autocannon.ts";
import { hey } from "./hey.ts";
import { k6 } from "./k6.ts";
import { durationMs, type Peer, type PeerFigures } from "./peer.ts";
import { peers } from "./peers.ts";
import { vegeta } from "./vegeta.ts";
import { wrk } from "./wrk.ts";

const sample = (file: string) => readFileSync(new URL(`samples/${file}`, import.meta.url), "utf8");

// k6's and vegeta's are written after their documentation, the others recorded.
const cases: [Peer, string, PeerFigures][] = [
  [wrk, "wrk.txt", { requests: 348_219, seconds: 2.1015, failed: 0, p50Ms: 0.187, p99Ms: 0.399 }],
  [hey, "hey.txt", { requests: 106_976, seconds: 2.0008, failed: 0, p50Ms: 1.1, p99Ms: 4.2 }],
  [ab, "ab.txt", { requests: 292_885, seconds: 2, failed: 0, p50Ms: 0, p99Ms: 1 }],
  [
    autocannon,
    "autocannon.json",
    { requests: 175_070, seconds: 2.02, failed: 0, p50Ms: 0, p99Ms: 2 },
  ],
  [vegeta, "vegeta.json", { requests: 100_000, seconds: 2, failed: 1, p50Ms: 1.15, p99Ms: 4.8 }],
  [k6, "k6-1.txt", { requests: 41_210, seconds: 2.0023, failed: 3, p50Ms: 1.81, p99Ms: 12.4 }],
  [k6, "k6-0.txt", { requests: 41_210, seconds: 2.0023, failed: 0, p50Ms: 0.9815, p99Ms: 1020 }],
];

test.each(cases)("$name's figures are read from what it prints (%#)", (peer, file, expected) => {
  const figures = peer.parse(sample(file));
  for (const [name, value] of Object.entries(expected)) {
    const precision = name === "seconds" ? 3 : 6;
    expect(figures[name as keyof PeerFigures], name).toBeCloseTo(value, precision);
  }
});

test("failures that a tool reports are counted", () => {
  const errors = "  Socket errors: connect 1, read 2, write 0, timeout 3\n";
  expect(wrk.parse(`${sample("wrk.txt")}${errors}`).failed).toBe(6);
  expect(wrk.parse(`${sample("wrk.txt")}  Non-2xx or 3xx responses: 7\n`).failed).toBe(7);
  const refused = sample("hey.txt").replace("[200]", "[503]");
  expect(hey.parse(`${refused}\nError distribution:\n  [4]\tGet: EOF\n`).failed).toBe(106_977);
  expect(ab.parse(`${sample("ab.txt")}Non-2xx responses:      5\n`).failed).toBe(5);
});

test.each(peers.map((peer) => [peer.name, peer] as const))(
  "%s refuses output that is not its own",
  (_name, peer) => {
    expect(() => peer.parse("command not found")).toThrow(SyntaxError);
  },
);

test("every command names its target, and has no empty word", () => {
  const load = { url: "http://127.0.0.1:1/", connections: 64, seconds: 5, folder: "/tmp" };
  for (const peer of peers.filter(({ name }) => name !== "k6")) {
    const words = peer.command(`/bin/${peer.name}`, load);
    expect(words.join(" ")).toContain(load.url);
    expect(words).not.toContain("");
  }
});

test.each([
  ["232.00us", 0.232],
  ["1.5ms", 1.5],
  ["981µs", 0.981],
  ["2s", 2000],
  ["nan", null],
  [undefined, null],
])("%s is %s ms", (text, ms) => {
  if (ms === null) expect(durationMs(text)).toBeNull();
  else expect(durationMs(text)).toBeCloseTo(ms, 9);
});
