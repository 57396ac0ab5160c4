import { goDurationSeconds } from "./goDuration.ts";
import type { ImportedWorkload, Note } from "./imported.ts";
import { objectsOf, type Raw } from "./raw.ts";

/** One k6 executor as one of our load profiles. Defaults are k6's. */

type Stage = { durationSeconds: number; target: number };

export type ExecutorLoad = Pick<ImportedWorkload, "loadProfile"> & { durationSeconds?: number };

const DEFAULT_MAX_DURATION_SECONDS = 600;

interface Source {
  raw: Raw;
  where: string;
  left: Note[];
}

function numberOf({ raw, where, left }: Source, field: string, otherwise: number): number {
  const value = raw[field];
  if (value === undefined || value === null) return otherwise;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  left.push({ where: `${where}.${field}`, message: `not a number: ${otherwise} is used` });
  return otherwise;
}

function secondsOf({ raw, where, left }: Source, field: string, otherwise: number): number {
  const value = raw[field];
  if (value === undefined || value === null) return otherwise;
  const seconds = goDurationSeconds(value);
  if (seconds !== undefined) return seconds;
  left.push({ where: `${where}.${field}`, message: `not a duration: ${otherwise}s is used` });
  return otherwise;
}

function stagesOf(source: Source): Stage[] {
  const { raw, where, left } = source;
  return objectsOf(raw["stages"]).map((stage, i) => {
    const at = { raw: stage, where: `${where}.stages[${i}]`, left };
    return { durationSeconds: secondsOf(at, "duration", 0), target: numberOf(at, "target", 0) };
  });
}

/** Rates have three decimals here. */
function perSecond({ where, left }: Source, rate: number, timeUnitSeconds: number): number {
  const exact = rate / timeUnitSeconds;
  const rounded = Math.round(exact * 1000) / 1000;
  if (Math.abs(exact - rounded) > 1e-9) {
    left.push({ where, message: `${rate} per ${timeUnitSeconds}s is rounded to ${rounded}/s` });
  }
  return rounded;
}

/** `minIterationDuration`: what k6 calls a least duration is the pace of each user. */
const paceOf = (paceSeconds: number | undefined) =>
  paceSeconds === undefined ? {} : { paceSeconds };

function users(source: Source, paceSeconds: number | undefined): ExecutorLoad {
  return {
    durationSeconds: secondsOf(source, "duration", 1),
    loadProfile: { type: "VUS", vus: numberOf(source, "vus", 1), ...paceOf(paceSeconds) },
  };
}

function iterations(source: Source, each: boolean): ExecutorLoad {
  const vus = numberOf(source, "vus", 1);
  const count = numberOf(source, "iterations", 1);
  if (each && vus > 1) {
    const message = `${count} iterations of each of ${vus} users become ${vus * count} that they share`;
    source.left.push({ where: source.where, message });
  }
  const maxDurationSeconds = secondsOf(source, "maxDuration", DEFAULT_MAX_DURATION_SECONDS);
  const all = each ? vus * count : count;
  return {
    loadProfile: { type: "ITERATIONS", iterations: all, concurrency: vus, maxDurationSeconds },
  };
}

/** The load of one executor; undefined with a note when it is not known. */
export function executorLoad(
  source: Source,
  paceSeconds: number | undefined,
): ExecutorLoad | undefined {
  const { raw, where, left } = source;
  switch (raw["executor"]) {
    case "constant-vus":
      return users(source, paceSeconds);
    case "externally-controlled":
      left.push({ where, message: "becomes constant users: nothing can change them from outside" });
      return users(source, paceSeconds);
    case "ramping-vus": {
      const stages = stagesOf(source);
      return {
        loadProfile: {
          type: "VU_STAGES",
          initialVus: numberOf(source, "startVUs", 1),
          stages: stages.map(({ durationSeconds, target }) => ({
            durationSeconds,
            targetVus: target,
          })),
          ...paceOf(paceSeconds),
        },
      };
    }
    case "constant-arrival-rate": {
      const unit = secondsOf(source, "timeUnit", 1);
      const initialRps = perSecond(source, numberOf(source, "rate", 0), unit);
      return {
        durationSeconds: secondsOf(source, "duration", 1),
        loadProfile: { type: "CONSTANT", initialRps },
      };
    }
    case "ramping-arrival-rate": {
      const unit = secondsOf(source, "timeUnit", 1);
      const rate = (value: number) => perSecond(source, value, unit);
      return {
        loadProfile: {
          type: "STAGES",
          initialRps: rate(numberOf(source, "startRate", 0)),
          stages: stagesOf(source).map(({ durationSeconds, target }) => ({
            durationSeconds,
            targetRps: rate(target),
          })),
        },
      };
    }
    case "shared-iterations":
      return iterations(source, false);
    case "per-vu-iterations":
      return iterations(source, true);
    default:
      left.push({ where: `${where}.executor`, message: "no executor of k6: no workload" });
      return undefined;
  }
}
