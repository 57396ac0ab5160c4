import type { Ledger, Verdict } from "../api/runView.ts";
import type { LeastHeadRoom } from "../metrics/generatorTotals.ts";
import { isLow } from "../metrics/health.ts";
import { TOLD } from "./firstOf.ts";

/** What the validity of a run is judged by. */
export interface ValidityInput {
  ledger: Ledger;
  /** From `ledgerProblems` and `conservationProblems`, and snapshots that never came. */
  accountingProblems: readonly string[];
  /** Seconds in which iterations started, and those of them whose lateness p99 was above 5 ms. */
  seconds: number;
  lateSeconds: number;
  /** Worker id to its average CPU over the cores its engine may use, 0 to 1. */
  workerCpu: Readonly<Record<string, number>>;
  /** The least each worker had left of its ports and file descriptors in any second. */
  headRoom?: readonly LeastHeadRoom[];
  /** Requests, and those of them that failed for want of the generator's own ports or files. */
  requests?: { sent: number; generatorFault: number };
  /** No workload has a schedule: more might have been sent, but none was late. */
  isClosed?: boolean;
  /** Virtual users that were lost with their workers. */
  usersLost?: number;
  /** Workers that died with shares; what they had in flight counts as interrupted. */
  lostWorkers?: readonly string[];
  /** Workers that could not take over what others left, each with the reason. */
  refusals?: readonly string[];
  /** When nobody had shares that were handed back, and why. */
  gaps?: readonly string[];
  /** Why the run ended without being finished, if so. */
  failure: string | null;
}

type Level = "SUSPECT" | "INVALID";
interface Finding {
  level: Level;
  reason: string;
}

const percent = (part: number, whole: number) => (whole === 0 ? 0 : (100 * part) / whole);
const shown = (value: number) => `${value < 0.1 && value > 0 ? "<0.1" : value.toFixed(1)} %`;

/** The first of findings that differ in their worker alone, and how many more there are. */
function first(findings: readonly Finding[]): Finding[] {
  const [more] = findings.slice(TOLD);
  if (more === undefined) return [...findings];
  const reason = `and ${(findings.length - TOLD).toLocaleString("en-US")} more of this kind`;
  return [...findings.slice(0, TOLD), { level: more.level, reason }];
}

/** A finding when `value` percent is above one of two limits. */
function above(value: number, suspect: number, invalid: number, reason: string): Finding[] {
  if (value > invalid) return [{ level: "INVALID", reason }];
  return value > suspect ? [{ level: "SUSPECT", reason }] : [];
}

const resources: Record<LeastHeadRoom["of"], string> = {
  ports: "local ports to its busiest destination",
  files: "file descriptors",
};

function headRoomFinding({ worker, of, left, limit }: LeastHeadRoom): Finding {
  const figures = `${left.toLocaleString("en-US")} of ${limit.toLocaleString("en-US")}`;
  const reason = `worker ${worker} had only ${figures} ${resources[of]} left: its own limit`;
  return { level: "SUSPECT", reason };
}

/**
 * Whether a run measured the target or its own generator: DESIGN's table of validity, with the
 * figure in each reason. Stands apart from pass and fail.
 */
export function judgeValidity(input: ValidityInput): Pick<Verdict, "validity" | "reasons"> {
  const { ledger } = input;
  const findings: Finding[] = input.accountingProblems.map((reason) => ({
    level: "INVALID",
    reason,
  }));
  if (input.failure !== null) findings.push({ level: "INVALID", reason: input.failure });
  const lost = percent(ledger.lost, ledger.scheduled);
  findings.push(
    ...above(lost, 0, 10, `${ledger.lost} arrivals (${shown(lost)}) were lost with their worker`),
  );
  const { usersLost = 0, lostWorkers = [] } = input;
  const died = lostWorkers.map((worker): Finding => ({
    level: "SUSPECT",
    reason: `worker ${worker} was lost; what it had in flight counts as interrupted`,
  }));
  const refusals = (input.refusals ?? []).map((refusal): Finding => ({
    level: "SUSPECT",
    reason: `worker ${refusal}`,
  }));
  const gaps = (input.gaps ?? []).map((reason): Finding => ({ level: "SUSPECT", reason }));
  findings.push(...first(died), ...first(refusals), ...first(gaps));
  if (usersLost > 0) {
    const reason = `${usersLost} virtual users were lost with their worker`;
    findings.push({ level: "SUSPECT", reason });
  }
  const ownFault = (ledger.droppedBy["late"] ?? 0) + (ledger.droppedBy["lease"] ?? 0);
  const dropped = percent(ownFault, ledger.scheduled);
  const droppedText = `the generator dropped ${ownFault} arrivals (${shown(dropped)}) by its own fault`;
  findings.push(...above(dropped, 0.1, 1, droppedText));
  const limited = percent(ledger.droppedBy["inFlightLimit"] ?? 0, ledger.scheduled);
  const limitText = `${shown(limited)} of the arrivals were dropped at the limit of requests in flight`;
  findings.push(...above(limited, 1, Infinity, limitText));
  const late = percent(input.lateSeconds, input.seconds);
  const lateText = `lateness p99 was above 5 ms in ${input.lateSeconds} of ${input.seconds} seconds in which iterations started`;
  findings.push(...above(late, 1, 10, lateText));
  const { sent = 0, generatorFault = 0 } = input.requests ?? {};
  const faulty = percent(generatorFault, sent);
  const faultText = `${generatorFault} requests (${shown(faulty)}) failed for want of the generator's own ports or file descriptors`;
  findings.push(...above(faulty, 0, 1, faultText));
  const busy = Object.entries(input.workerCpu).flatMap(([worker, cpu]) => {
    const used = `worker ${worker} used ${(cpu * 100).toFixed(0)} % of its cores`;
    const meaning =
      input.isClosed === true
        ? "the run was generator-bound, its throughput is a lower bound"
        : "it may have been the bottleneck";
    return above(cpu * 100, 90, Infinity, `${used}: ${meaning}`);
  });
  const short = (input.headRoom ?? []).filter(isLow).map(headRoomFinding);
  findings.push(...first(busy), ...first(short));
  const levels = new Set(findings.map((finding) => finding.level));
  const validity = levels.has("INVALID") ? "INVALID" : levels.has("SUSPECT") ? "SUSPECT" : "VALID";
  return { validity, reasons: findings.map((finding) => finding.reason) };
}
