import { refusalNames } from "./refusals.ts";
import { type FigureName, type GroupResult, medianOf } from "./figures.ts";

/** What a benchmark must show, or it fails. All values are of medians. */
export interface Limit {
  group: string;
  what: string;
  /** Undefined when a part of it was not measured. */
  value(groups: readonly GroupResult[]): number | undefined;
  atLeast?: number;
  atMost?: number;
}

export interface Judgement {
  group: string;
  what: string;
  mustHold: string;
  value: number | null;
  verdict: "PASS" | "FAIL" | "not measured";
  /** Highest median CPU share of the target among the group's contenders. */
  targetCpu: number | null;
}

function ratio(group: string, figure: FigureName, of: string, to: string): Limit["value"] {
  return (groups) => {
    const numerator = medianOf(groups, group, of, figure);
    const denominator = medianOf(groups, group, to, figure);
    if (numerator === undefined || denominator === undefined) return undefined;
    return numerator / denominator;
  };
}

function figure(group: string, contender: string, name: FigureName): Limit["value"] {
  return (groups) => medianOf(groups, group, contender, name);
}

const closed = (name: FigureName, peer: string) => ({
  group: "closed",
  what: `${name === "cpuUsPerRequest" ? "CPU per request" : "requests/s"}, onrush ÷ ${peer}`,
  value: ratio("closed", name, "onrush", peer),
});

export const limits: readonly Limit[] = [
  { ...closed("requestsPerSecond", "wrk"), atLeast: 0.9 },
  { ...closed("requestsPerSecond", "autocannon"), atLeast: 1.45 },
  { ...closed("requestsPerSecond", "hey"), atLeast: 2 },
  { ...closed("cpuUsPerRequest", "wrk"), atMost: 1.15 },
  {
    ...{ group: "open", what: "started % at 20,000/s" },
    ...{ value: figure("open", "20,000/s", "startedPercent"), atLeast: 100 },
  },
  {
    ...{ group: "open", what: "lateness p99 in ms at 20,000/s" },
    ...{ value: figure("open", "20,000/s", "latenessP99Ms"), atMost: 2 },
  },
  {
    ...{ group: "open", what: "lateness p99 in ms at 20,000/s, precise" },
    ...{ value: figure("open", "20,000/s precise", "latenessP99Ms"), atMost: 0.1 },
  },
  {
    ...{ group: "open", what: "started % at 80,000/s" },
    ...{ value: figure("open", "80,000/s", "startedPercent"), atLeast: 99.9 },
  },
  {
    ...{ group: "threads", what: "CPU per request, 2 threads ÷ 1 thread" },
    ...{ value: ratio("threads", "cpuUsPerRequest", "2 threads", "1 thread"), atMost: 1.1 },
  },
  {
    ...{ group: "threads", what: "requests/s on two cores (of 4), 2 threads ÷ 1 thread" },
    value: ratio("threads", "requestsPerSecond", "2 threads of two cores", "1 thread of two cores"),
    atLeast: 1.7,
  },
  {
    ...{ group: "threads", what: "unaccounted with 2 threads, worst round" },
    value: (groups) => worst(groups, "threads", "2 threads", "unaccounted"),
    atMost: 0,
  },
  {
    ...{ group: "worker", what: "resident MB at 20,000/s" },
    ...{ value: figure("worker", "20,000/s", "residentMb"), atMost: 170 },
  },
  {
    ...{ group: "worker", what: "growth % at 20,000/s" },
    ...{ value: figure("worker", "20,000/s", "growthPercent"), atMost: 5 },
  },
  {
    ...{ group: "worker", what: "MB more with 100,000 data rows" },
    value: (groups) => {
      const [plain, rows] = ["20,000/s", "20,000/s of 100,000 data rows"].map((name) =>
        medianOf(groups, "worker", name, "residentMb"),
      );
      return plain === undefined || rows === undefined ? undefined : rows - plain;
    },
    atMost: 60,
  },
  {
    ...{ group: "worker", what: "KB per open connection of 10,000" },
    ...{ value: figure("worker", "0 to 10,000 users", "kbPerUser"), atMost: 30 },
  },
  {
    ...{ group: "worker", what: "0 to 10,000 users is not VALID" },
    ...{ value: figure("worker", "0 to 10,000 users", "invalid"), atMost: 0 },
  },
  {
    ...{ group: "platform", what: "CPU per request, platform ÷ engine" },
    ...{ value: ratio("platform", "cpuUsPerRequest", "platform", "engine"), atMost: 1.05 },
  },
  ...refusalNames.map((name) => ({
    ...{ group: "refusals", what: `ms until it is refused: ${name}` },
    ...{ value: figure("refusals", name, "wholeMs"), atMost: 1_000 },
  })),
  {
    ...{ group: "intake", what: "own CPU of 1,000 workers, 1 being a core" },
    ...{ value: figure("intake", "1,000 workers", "generatorCpu"), atMost: 0.12 },
  },
  {
    ...{ group: "intake", what: "ms until a second of 1,000 workers is published, p99" },
    ...{ value: figure("intake", "1,000 workers", "publishP99Ms"), atMost: 1_000 },
  },
  {
    ...{ group: "intake", what: "reports of 1,000 workers that were not merged" },
    ...{ value: figure("intake", "1,000 workers", "unaccounted"), atMost: 0 },
  },
  {
    ...{ group: "intake", what: "what is not accounted for in a whole run of 200 workers, worst" },
    value: (groups) => worst(groups, "intake", "200 workers, whole run", "unaccounted"),
    atMost: 0,
  },
  {
    ...{ group: "intake", what: "growth % of memory at 1,000 workers" },
    ...{ value: figure("intake", "1,000 workers, five minutes", "growthPercent"), atMost: 5 },
  },
  {
    ...{ group: "startup", what: "POST to first request in ms, embedded" },
    ...{ value: figure("startup", "embedded", "startMs"), atMost: 700 },
  },
  {
    ...{ group: "startup", what: "POST to first request in ms, distributed" },
    ...{ value: figure("startup", "distributed", "startMs"), atMost: 1_500 },
  },
  {
    ...{ group: "startup", what: "ms that `onrush quick` of 10 s takes more" },
    ...{ value: figure("startup", "quick", "overheadMs"), atMost: 2_500 },
  },
  {
    ...{ group: "startup", what: "start skew in ms, embedded" },
    ...{ value: figure("startup", "embedded", "skewMs"), atMost: 20 },
  },
  {
    ...{ group: "startup", what: "start skew in ms, distributed" },
    ...{ value: figure("startup", "distributed", "skewMs"), atMost: 20 },
  },
  {
    ...{ group: "language", what: "requests/s, templated ÷ plain" },
    ...{ value: ratio("language", "requestsPerSecond", "templated", "plain"), atLeast: 0.75 },
  },
];

function worst(
  groups: readonly GroupResult[],
  group: string,
  contender: string,
  name: FigureName,
): number | undefined {
  const found = groups.find((one) => one.name === group)?.contenders;
  return found?.find((one) => one.name === contender)?.figures[name]?.max;
}

function holds(value: number, { atLeast, atMost }: Limit): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

function targetCpuOf(group: GroupResult): number | null {
  const shares = group.contenders.flatMap(({ figures }) => figures.targetCpu?.median ?? []);
  return shares.length === 0 ? null : Math.max(...shares);
}

/** The limits of the groups that ran. */
export function judge(groups: readonly GroupResult[]): Judgement[] {
  return limits.flatMap((limit) => {
    const group = groups.find(({ name }) => name === limit.group);
    if (group === undefined) return [];
    const value = limit.value(groups);
    const { what, atLeast, atMost } = limit;
    const mustHold = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
    const failed = value !== undefined && !holds(value, limit);
    const verdict = value === undefined ? "not measured" : failed ? "FAIL" : "PASS";
    const targetCpu = targetCpuOf(group);
    return [{ group: group.name, what, mustHold, value: value ?? null, verdict, targetCpu }];
  });
}

/** How Onrush compares with each peer in the closed loop, whether or not a limit says so. */
export function peerRatios(groups: readonly GroupResult[]) {
  const peers = groups.find(({ name }) => name === "closed")?.contenders ?? [];
  return peers
    .filter(({ name }) => name !== "onrush")
    .map(({ name }) => ({
      peer: name,
      requestsPerSecond: ratio("closed", "requestsPerSecond", "onrush", name)(groups) ?? null,
      cpuUsPerRequest: ratio("closed", "cpuUsPerRequest", "onrush", name)(groups) ?? null,
    }));
}
