import { expectedRequests, sentTogether } from "@onrush/shared/flow/flow.ts";
import type { Scenario } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { PlainWorkload } from "@onrush/shared/scenario/workloads.ts";
import { peakRate } from "@onrush/shared/schedule/rateCurve.ts";
import { peakUsers } from "@onrush/shared/schedule/userTimeline.ts";
import type { ListedWorker } from "@onrush/shared/wire/heartbeat.ts";

type PlacedWorkload = Pick<PlainWorkload, "load" | "steps" | "flow">;

/** What is to be placed: a scenario with its workloads. */
export interface Placement {
  scenario: Pick<Scenario, "maxInFlight" | "timeouts">;
  workloads: readonly PlacedWorkload[];
}

type PlacedWorker = Pick<ListedWorker, "workerId" | "capacity" | "files" | "ports">;

/** Descriptors a worker needs for itself: its own files, its links, its threads. */
const OWN_FILES = 64;

const whole = (value: number) => Math.round(value).toLocaleString("en-US");

/** Iterations per second at the workload's highest; 0 where answers decide how many there are. */
function peakOf({ load }: PlacedWorkload): number {
  switch (load.type) {
    case "arrivals":
      return peakRate(load.curve);
    case "users":
      return load.paceMs > 0 ? (peakUsers(load.curve) * 1000) / load.paceMs : 0;
    case "iterations":
      return 0;
  }
}

/** The highest rate a workload sends requests at, on average over what iterations draw. */
function peakRequestRate(workload: PlacedWorkload): number {
  return peakOf(workload) * expectedRequests(workload.flow);
}

/** Iterations in flight on one of `workers` workers when the target stops answering. */
function stalledInFlight(workload: PlacedWorkload, placement: Placement, workers: number): number {
  const { load } = workload;
  const { maxInFlight, timeouts } = placement.scenario;
  switch (load.type) {
    case "arrivals": {
      const begun = (peakOf(workload) / workers) * timeouts.requestSeconds;
      return Math.min(maxInFlight, Math.ceil(begun));
    }
    case "users":
      return Math.ceil(peakUsers(load.curve) / workers);
    case "iterations":
      return Math.ceil(load.concurrency / workers);
  }
}

/** The workers that a run of so many would get of these, as far as can be told beforehand. */
export function likelyWorkers(workers: readonly ListedWorker[], wanted: number): ListedWorker[] {
  const free = workers.filter((w) => w.reservedFor === undefined && w.state !== "draining");
  const choice = free.length > 0 ? free : [...workers];
  return choice.sort((a, b) => (a.workerId < b.workerId ? -1 : 1)).slice(0, wanted);
}

/** A plan above what the workers measured themselves able to; nothing unless all of them did. */
function capacityWarnings(placement: Placement, workers: readonly PlacedWorker[]): string[] {
  const capacities = workers.flatMap(({ capacity }) => capacity ?? []);
  if (capacities.length === 0 || capacities.length < workers.length) return [];
  const able = capacities.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
  const planned = placement.workloads.reduce((sum, w) => sum + peakRequestRate(w), 0);
  if (planned <= able) return [];
  return [
    `planned peak of ${whole(planned)} requests/s is above the ${whole(able)}/s ` +
      "these workers measured; expect drops or add workers",
  ];
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** To each origin the most requests that an iteration has under way at once. */
function mostTogether({ flow }: PlacedWorkload): Map<string, number> {
  const most = new Map<string, number>();
  for (const steps of sentTogether(flow)) {
    for (const [origin, same] of Map.groupBy(steps, ({ url }) => originOf(url))) {
      most.set(origin, Math.max(most.get(origin) ?? 0, same.length));
    }
  }
  return most;
}

/**
 * Connections one of `workers` workers can come to need, by destination: of each workload as many
 * iterations as are in flight when the target stops answering, each with a connection to every
 * destination of its steps, and as many as it sends there together.
 */
function connectionsNeeded(placement: Placement, workers: number): Map<string, number> {
  const needed = new Map<string, number>();
  for (const workload of placement.workloads) {
    const inFlight = stalledInFlight(workload, placement, workers);
    for (const [origin, together] of mostTogether(workload)) {
      needed.set(origin, (needed.get(origin) ?? 0) + inFlight * together);
    }
  }
  return needed;
}

/** Workers whose limits of files or ports are below what the run can come to need. */
function limitWarnings(placement: Placement, workers: readonly PlacedWorker[]): string[] {
  const needed = connectionsNeeded(placement, Math.max(1, workers.length));
  const connections = [...needed.values()].reduce((sum, count) => sum + count, 0);
  const toOne = Math.max(0, ...needed.values());
  const shortOf = (limit: (worker: PlacedWorker) => number | undefined, need: number) =>
    workers.filter((worker) => (limit(worker) ?? Infinity) < need);
  const texts: string[] = [];
  const files = shortOf((worker) => worker.files?.limit, connections + OWN_FILES);
  if (files.length > 0) {
    const least = Math.min(...files.map((worker) => worker.files?.limit ?? Infinity));
    texts.push(
      `up to ${whole(connections)} connections may be open at once if the target stalls, but ` +
        `${names(files)} may open only ${whole(least)} files: raise \`ulimit -n\` there, ` +
        "lower maxInFlight or add workers",
    );
  }
  const ports = shortOf((worker) => worker.ports?.limit, toOne);
  if (ports.length > 0) {
    const least = Math.min(...ports.map((worker) => worker.ports?.limit ?? Infinity));
    texts.push(
      `up to ${whole(toOne)} connections to one destination may be open at once if it stalls, but ` +
        `${names(ports)} may use only ${whole(least)} local ports: widen ` +
        "net.ipv4.ip_local_port_range there, lower maxInFlight or add workers",
    );
  }
  return texts;
}

function names(workers: readonly PlacedWorker[]): string {
  const first = workers[0]?.workerId ?? "";
  if (workers.length === 1) return first;
  return `${workers.length} workers (${first} among them)`;
}

/** What these workers may not be able to carry of a run, for people, before it starts. */
export function placementWarnings(
  placement: Placement,
  workers: readonly PlacedWorker[],
): string[] {
  return [...capacityWarnings(placement, workers), ...limitWarnings(placement, workers)];
}
