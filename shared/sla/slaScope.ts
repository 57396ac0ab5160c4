import { loadDurationMs, type Load } from "../scenario/load.ts";
import { type Stage, stageSeconds } from "../scenario/profileStages.ts";
import type { SlaLine, SlaSelector } from "./slaLine.ts";

interface Named {
  name: string;
  tags?: Readonly<Record<string, string>> | undefined;
}

/** What lines need to know of a workload. */
export interface SlaWorkload {
  name: string;
  startMs: number;
  load: Load;
  stages: readonly Stage[];
  steps: readonly Named[];
  groups: readonly Named[];
}

/** Where and when a line looks: steps by workload, and seconds of the run, both ends included. */
export interface SlaScope {
  /** Workload to its steps, or groups, that are meant. */
  steps: ReadonlyMap<number, ReadonlySet<number>>;
  isOfGroups: boolean;
  fromSecond: number;
  toSecond: number;
  /** The end of what is looked at, milliseconds from the start of the run. */
  endMs: number;
}

function stepsOf(selector: SlaSelector, workload: SlaWorkload): Set<number> {
  const { step, tag, group } = selector;
  const all = group === undefined ? workload.steps : workload.groups;
  const wanted = step ?? group;
  const meant = all.map(({ name, tags }, index) => {
    if (wanted !== undefined && name !== wanted) return -1;
    return tag === undefined || tags?.[tag.name] === tag.value ? index : -1;
  });
  return new Set(meant.filter((index) => index >= 0));
}

const isSelective = ({ step, tag, group }: SlaSelector) =>
  step !== undefined || tag !== undefined || group !== undefined;

/** The workloads, by index, that a selector reaches. */
export function workloadsOf(selector: SlaSelector, workloads: readonly SlaWorkload[]): number[] {
  return workloads.flatMap((workload, index) => {
    if (selector.workload !== undefined && workload.name !== selector.workload) return [];
    if (isSelective(selector) && stepsOf(selector, workload).size === 0) return [];
    return [index];
  });
}

/** From start to end of the load that a line is about, milliseconds of the run. */
function timesOf(line: SlaLine, meant: readonly SlaWorkload[]): { startMs: number; endMs: number } {
  const times = meant.map(({ startMs, load, stages }) => {
    const stage = line.stage === null ? undefined : stages[line.stage - 1];
    return {
      startMs: startMs + (stage?.startMs ?? 0),
      endMs: startMs + (stage?.endMs ?? loadDurationMs(load)),
    };
  });
  return {
    startMs: Math.min(...times.map(({ startMs }) => startMs)),
    endMs: Math.max(...times.map(({ endMs }) => endMs)),
  };
}

/** The scope of a line that `slaProblems.ts` has found nothing wrong with. */
export function slaScope(line: SlaLine, workloads: readonly SlaWorkload[]): SlaScope {
  const indexes = workloadsOf(line.selector, workloads);
  const meant = indexes.flatMap((index) => workloads[index] ?? []);
  const { startMs, endMs } = timesOf(line, meant);
  const { fromSecond, toSecond } = stageSeconds(0, { startMs, endMs });
  const isToTheEnd = meant.every(
    ({ stages }) => line.stage === null || line.stage === stages.length,
  );
  return {
    steps: new Map(
      indexes.map((index) => [index, stepsOf(line.selector, workloads[index] as SlaWorkload)]),
    ),
    isOfGroups: line.selector.group !== undefined,
    fromSecond: fromSecond + line.afterSeconds,
    // What was due at the very end may be sent a moment after it.
    toSecond: isToTheEnd ? Infinity : toSecond,
    endMs,
  };
}
