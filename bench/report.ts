import { type ContenderResult, type FigureName, figures, type GroupResult } from "./figures.ts";
import { type Judgement, type peerRatios } from "./limits.ts";
import type { Cores, Machine } from "./machine.ts";
import type { MicroResult } from "./microBench.ts";
import { markdownTable, type Table, textTable } from "./tables.ts";
import type { TransportResult } from "./transports.ts";

/** Everything one `pnpm bench` has found out; `--json` writes it through `toJson`. */
export interface Results {
  machine: Machine;
  cores: Cores;
  target: string;
  rounds: number;
  seconds: number;
  groups: GroupResult[];
  ratios: ReturnType<typeof peerRatios>;
  limits: Judgement[];
  transports: TransportResult[];
  micro: MicroResult[];
}

const ENOUGH_ROUNDS = 5;
/** Above this share of its core the target holds everybody back. */
const TARGET_LIMITS_AT = 0.95;
/** Above this part of a core, something else on the machine has had a hand in the figures. */
const DISTURBED_AT = 0.1;

const number = (value: number, digits: number) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

function cell(contender: ContenderResult, name: FigureName): string {
  const spread = contender.figures[name];
  if (spread === undefined) return "–";
  const figure = figures[name];
  const scale = "percent" in figure ? 100 : 1;
  const show = (value: number) => number(value * scale, figure.digits);
  const { median, min, max } = spread;
  return figure.spread ? `${show(median)} (${show(min)}–${show(max)})` : show(median);
}

function groupTable({ columns, contenders }: GroupResult): Table {
  const header = ["", ...columns.map((name) => figures[name].label)];
  return [
    header,
    ...contenders.map((one) => [one.name, ...columns.map((name) => cell(one, name))]),
  ];
}

const share = (part: number | null) => (part === null ? "–" : `${number(part * 100, 0)} %`);

function limitTable(limits: readonly Judgement[]): Table {
  const header = ["limit", "must hold", "measured", "target CPU", ""];
  const rows = limits.map(({ group, what, mustHold, value, verdict, targetCpu }) => [
    ...[`${group}: ${what}`, mustHold, value === null ? "–" : number(value, 3)],
    ...[share(targetCpu), verdict],
  ]);
  return [header, ...rows];
}

function microTable(micro: readonly MicroResult[]): Table {
  const rows = micro.map(({ name, medianNs, minNs }) => [
    name,
    number(medianNs, 0),
    number(minNs, 0),
  ]);
  return [["", "median ns", "best ns"], ...rows];
}

function transportTable(transports: readonly TransportResult[]): Table {
  const base = transports[0]?.cpuUsPerRequest ?? 1;
  const rows = transports.map(({ name, requestsPerSecond, cpuUsPerRequest }) => [
    ...[name, number(requestsPerSecond, 0), number(cpuUsPerRequest, 1)],
    number(cpuUsPerRequest / base, 2),
  ]);
  return [["", "requests/s", "CPU µs/request", "ratio"], ...rows];
}

function pinning({ generator, target }: Cores): string {
  if (generator === null) return "not pinned: generator and target share the cores as they come";
  return `generators pinned to core ${generator}, the target to core ${target}`;
}

/** What the figures are worth: the machine, and who held whom back. */
function setting(results: Results): string[] {
  const { machine, cores, target, rounds, seconds, groups } = results;
  const above = (figure: FigureName, share: number) =>
    groups.flatMap(({ name, contenders }) =>
      contenders
        .filter(({ figures }) => (figures[figure]?.median ?? 0) > share)
        .map((contender) => `${contender.name} (${name})`),
    );
  const limited = above("targetCpu", TARGET_LIMITS_AT);
  const disturbed = above("othersCpu", DISTURBED_AT);
  return [
    `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}`,
    `target: ${target}; ${pinning(cores)}`,
    `medians of ${rounds} alternating rounds of ${seconds} s after one to warm up (lowest–highest)`,
    ...(rounds < ENOUGH_ROUNDS
      ? [`fewer than ${ENOUGH_ROUNDS} rounds: no more than a smoke test`]
      : []),
    ...(limited.length > 0
      ? [
          `the target itself (above ${TARGET_LIMITS_AT * 100} % CPU) was the limit for ${limited.join(", ")}`,
        ]
      : []),
    ...(disturbed.length > 0
      ? [`the machine was busy with something else during ${disturbed.join(", ")}`]
      : []),
  ];
}

export function asText(results: Results): string {
  const { groups, limits, transports, micro } = results;
  const parts = [setting(results).join("\n")];
  for (const group of groups) {
    const notes = group.notes.map((note) => `  * ${note}`);
    parts.push([group.title, textTable(groupTable(group)), ...notes].join("\n"));
  }
  if (transports.length > 0) {
    parts.push(`Transports, closed loop\n${textTable(transportTable(transports))}`);
  }
  if (micro.length > 0) parts.push(`Hot paths\n${textTable(microTable(micro))}`);
  if (limits.length > 0) parts.push(`Limits\n${textTable(limitTable(limits))}`);
  return parts.join("\n\n");
}

/** The part of README.md between the marks. */
export function asMarkdown(results: Results): string {
  const { groups, limits } = results;
  const parts = [
    setting(results)
      .map((line) => `- ${line}`)
      .join("\n"),
  ];
  for (const group of groups.filter(({ contenders }) => contenders.length > 1)) {
    parts.push(`${group.title}:`, markdownTable(groupTable(group)));
    if (group.notes.length > 0) parts.push(group.notes.map((note) => `- ${note}`).join("\n"));
  }
  if (limits.length > 0) parts.push("What must hold:", markdownTable(limitTable(limits)));
  return parts.join("\n\n");
}

/** Figures with their units in the names; medians and spread apart, so that scripts stay short. */
export function toJson(results: Results): unknown {
  const { cores, target, groups, ...rest } = results;
  return {
    ...rest,
    pinned: cores.generator === null ? null : cores,
    target: { name: target },
    groups: groups.map(({ name, title, notes, contenders }) => ({
      ...{ name, title, notes },
      contenders: contenders.map(({ name, rounds, figures }) => ({
        ...{ name, rounds },
        medians: mapFigures(figures, ({ median }) => median),
        spread: mapFigures(figures, ({ min, max }) => ({ min, max })),
      })),
    })),
  };
}

function mapFigures<T>(
  of: ContenderResult["figures"],
  map: (spread: { median: number; min: number; max: number }) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(of).map(([name, spread]) => [name, map(spread)]));
}
