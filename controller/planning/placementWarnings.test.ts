import { describe, expect, test } from "vitest";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import type { ListedWorker } from "@onrush/shared/wire/heartbeat.ts";
import { likelyWorkers, placementWarnings } from "./placementWarnings.ts";
import { planRun } from "./runPlan.ts";

const capacityOf = (requestsPerSecond: number) => ({
  capacity: { requestsPerSecond, perThread: requestsPerSecond, perConnection: 1_000 },
});

function worker(workerId: string, change: Partial<ListedWorker> = {}): ListedWorker {
  return {
    ...{ workerId, hostname: "h", pid: 1, labels: {}, state: "idle", threads: 1, cpu: 0 },
    ...{ rssBytes: 1, mbps: 0, lagMs: 0, clockOffsetUs: 0, clockErrorUs: 0, shares: [] },
    ...{ lastSeenMs: 0, ...change },
  };
}

function placement(change: object) {
  const parsed = parseScenario({
    ...{ name: "n", targetUrl: "http://h/", durationSeconds: 10 },
    loadProfile: { type: "CONSTANT", initialRps: 100 },
    ...change,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return planRun(parsed.scenario);
}

const at = (initialRps: number) => ({ loadProfile: { type: "CONSTANT", initialRps } });
const workload = (name: string, initialRps: number, ...urls: string[]) => ({
  ...{ name, ...at(initialRps) },
  steps: urls.map((url, i) => ({ name: `s${i}`, protocol: "http", url })),
});
const stepTo = (name: string) => ({ name, protocol: "http", url: `http://h/${name}` });
const mixed = (...workloads: object[]) => ({
  ...{ targetUrl: undefined, loadProfile: undefined, workloads },
});

describe("a plan against measured capacity", () => {
  const two = [worker("a", capacityOf(20_000)), worker("b", capacityOf(12_000))];
  const spike = { type: "SPIKE", initialRps: 10, spikeStartSecond: 1, spikeDurationSeconds: 1 };
  const cases: [string, object, ListedWorker[], RegExp | null][] = [
    ["what they measured", at(32_000), two, null],
    ["above it", at(50_000), two, /planned peak of 50,000 requests\/s is above the 32,000\/s/],
    ["a peak above it", { loadProfile: { ...spike, spikeRps: 40_000 } }, two, /peak of 40,000/],
    [
      "repeats count",
      { ...at(4_000), targetUrl: undefined, steps: [{ repeat: 10, steps: [stepTo("a")] }] },
      two,
      /peak of 40,000/,
    ],
    ["one worker alone", at(20_001), two.slice(0, 1), /above the 20,000\/s/],
    ["somebody never measured", at(50_000), [...two, worker("c")], null],
    ["nobody did", at(50_000), [worker("c", { capacity: null })], null],
    ["no worker", at(50_000), [], null],
    [
      "steps are requests, workloads add up",
      mixed(workload("w", 10_000, "http://h/1", "http://h/2"), workload("v", 15_000, "http://h/")),
      two,
      /planned peak of 35,000/,
    ],
  ];
  test.each(cases)("%s", (_name, change, workers, text) => {
    const warnings = placementWarnings(placement({ maxInFlight: 1, ...change }), workers);
    expect(warnings).toEqual(text === null ? [] : [expect.stringMatching(text)]);
  });
});

describe("closed loads", () => {
  const able = worker("a", capacityOf(1_000));
  const few = worker("a", { files: { left: 1, limit: 1_024 } });
  const vus = (loadProfile: object, more = {}) => placement({ ...more, loadProfile });
  const users = { type: "VUS", vus: 5_000 };

  test("send as fast as answers come, so no peak is planned", () => {
    expect(placementWarnings(vus(users), [able])).toEqual([]);
  });

  test("need a connection for each user", () => {
    const [text] = placementWarnings(vus(users), [few]);
    expect(text).toMatch(/5,000 connections.*1,024 files/);
    const others = Array.from({ length: 9 }, (_, i) => worker(`b${i}`));
    expect(placementWarnings(vus(users), [few, ...others])).toEqual([]);
  });
});

describe("a plan against the workers' limits", () => {
  const files = (limit: number) => worker("a", { files: { left: limit, limit } });
  const ports = (limit: number) => worker("a", { ports: { left: limit, limit } });
  const cases: [string, object, ListedWorker[], RegExp[]][] = [
    ["nothing known", at(10_000), [worker("a")], []],
    ["null where the system does not tell", at(1), [worker("a", { files: null, ports: null })], []],
    ["a small run fits a small limit", at(10), [files(1_024)], []],
    ["100/s for 30 s are 3,000", at(100), [files(1_024)], [/3,000 connections.* a .*1,024 files/]],
    ["maxInFlight bounds it", { ...at(1_000), maxInFlight: 500 }, [files(1_024)], []],
    [
      "what is sent together needs a connection each",
      { ...at(60), targetUrl: undefined, steps: [{ parallel: ["a", "b"].map(stepTo) }] },
      [files(1_024)],
      [/3,600 connections/],
    ],
    ["workers share it", at(60), [files(1_024), worker("b")], []],
    ["default limit", at(10_000), [files(4_096)], [/10,000 connections.*4,096 files.*ulimit/]],
    ["ports", at(10_000), [ports(9_999)], [/one destination.*9,999 local ports.*ip_local_port/]],
    ["ports enough", at(10_000), [ports(10_000)], []],
    [
      "ports are by destination, files are not",
      mixed(workload("w", 100, "http://a/1", "http://a/2"), workload("v", 100, "http://b/")),
      [worker("a", { ports: { left: 1, limit: 3_000 }, files: { left: 1, limit: 5_000 } })],
      [/6,000 connections/],
    ],
  ];
  test.each(cases)("%s", (_name, change, workers, texts) => {
    const warnings = placementWarnings(placement(change), workers);
    expect(warnings).toEqual(texts.map((text) => expect.stringMatching(text)));
  });

  test("of many short workers one is named", () => {
    const many = ["a", "b", "c"].map((id) => worker(id, { files: { left: 9, limit: 10 } }));
    expect(placementWarnings(placement(at(1_000)), many)[0]).toContain("3 workers (a among them)");
  });
});

test("a preview asks free workers first, in the order they would be taken", () => {
  const workers = [
    worker("c"),
    worker("a", { reservedFor: "run" }),
    worker("b"),
    worker("d", { state: "draining" }),
  ];
  const ids = (wanted: number) => likelyWorkers(workers, wanted).map(({ workerId }) => workerId);
  expect(ids(1)).toEqual(["b"]);
  expect(ids(9)).toEqual(["b", "c"]);
  expect(likelyWorkers(workers.slice(1, 2), 1)).toHaveLength(1);
  expect(likelyWorkers([], 1)).toEqual([]);
});
