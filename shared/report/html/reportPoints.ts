import type { SecondView } from "../../api/secondView.ts";
import { Histogram } from "../../metrics/histogram.ts";
import type { RunSecond } from "../../metrics/second.ts";
import { SecondAccumulator } from "../../metrics/secondAccumulator.ts";
import { type FaultOptions, faultTexts, secondFaults } from "../../metrics/secondFaults.ts";
import type { RunNames } from "../../metrics/summary.ts";
import { viewSecond } from "../../metrics/viewSecond.ts";
import { addSparse } from "../../metrics/sparseHistogram.ts";
import { GeneratorHealth, type WorkerHealthRow } from "./generatorHealth.ts";

/** Points of a chart at most; a longer run has several seconds in each. */
const MAX_POINTS = 240;
const MAX_BAD = 8;

/**
 * Some seconds of a run as one: counts are added up, latencies merged; `inFlight`, `users` and
 * `connections` are the highest of them.
 */
export interface ReportPoint extends Omit<SecondView, "workers"> {
  /** How many seconds it stands for; its counts are of all of them. */
  seconds: number;
}

interface OpenPoint {
  from: number;
  merged: SecondAccumulator;
  planned: number;
  partial: boolean;
  peaks: { inFlight: number; users: number; connections: number };
  bad: Set<string>;
}

export interface ReportSeries {
  points: ReportPoint[];
  /** Of the whole run. */
  response: Histogram;
  service: Histogram;
  health: WorkerHealthRow[];
}

/** What is drawn and told of a run's seconds, which come one after the other, ascending. */
export class ReportCollector {
  readonly #names: RunNames;
  readonly #options: FaultOptions;
  readonly #span: number;
  readonly #loadedSeconds: number;
  readonly #points: ReportPoint[] = [];
  readonly #response = new Histogram();
  readonly #service = new Histogram();
  readonly #health = new GeneratorHealth();
  #open: OpenPoint | undefined;

  constructor(names: RunNames, loadedSeconds: number, options: FaultOptions = {}) {
    this.#names = names;
    this.#options = options;
    this.#loadedSeconds = loadedSeconds;
    this.#span = Math.max(1, Math.ceil(loadedSeconds / MAX_POINTS));
  }

  /** `planned`: arrivals due in this second. */
  add(record: RunSecond, planned: number): void {
    const from = Math.floor(record.second / this.#span) * this.#span;
    if (this.#open?.from !== from) this.#close();
    const open = (this.#open ??= newPoint(from));
    open.planned += planned;
    open.partial ||= record.partial;
    const peaks = { inFlight: 0, users: 0, connections: 0 };
    for (const part of record.workloads) {
      open.merged.workload(part.workload).addSecond(part);
      peaks.inFlight += part.inFlight;
      peaks.users += part.users;
      peaks.connections += part.connections;
      for (const { response, service } of part.steps) {
        addSparse(this.#response, response);
        addSparse(this.#service, service);
      }
    }
    open.peaks.inFlight = Math.max(open.peaks.inFlight, peaks.inFlight);
    open.peaks.users = Math.max(open.peaks.users, peaks.users);
    open.peaks.connections = Math.max(open.peaks.connections, peaks.connections);
    for (const text of faultTexts(secondFaults(record, this.#options))) {
      if (open.bad.size < MAX_BAD) open.bad.add(text);
    }
    this.#health.add(record);
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const { workers: _, ...view } = viewSecond(
      open.merged.toRecord(1, open.partial),
      this.#names,
      open.planned,
    );
    const bad = [...open.bad];
    // The last point of the load may stand for fewer seconds; what comes after it is no load.
    const left = Math.ceil(this.#loadedSeconds) - open.from;
    const seconds = left > 0 ? Math.min(this.#span, left) : this.#span;
    this.#points.push({ ...view, ...open.peaks, bad, seconds });
  }

  finish(): ReportSeries {
    this.#close();
    return {
      ...{ points: this.#points, response: this.#response, service: this.#service },
      health: this.#health.rows(),
    };
  }
}

const newPoint = (from: number): OpenPoint => ({
  ...{ from, merged: new SecondAccumulator(from), planned: 0, partial: false, bad: new Set() },
  peaks: { inFlight: 0, users: 0, connections: 0 },
});
