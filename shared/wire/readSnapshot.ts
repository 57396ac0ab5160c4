import type {
  CheckCounts,
  Counts,
  DueDelta,
  GroupDue,
  HeadRoom,
  Health,
  OutcomeCounts,
  StepDue,
  StepWall,
  WallDelta,
} from "../metrics/delta.ts";
import { phases } from "../metrics/phases.ts";
import type { ShareTotals, Snapshot } from "./reports.ts";

/**
 * Reads snapshots as this version's workers write them, several times faster than their schema
 * does. What is not exactly so is left to the schema, which has the last word: each function
 * throws `elsewhere` then, and accepts nothing that the schema would refuse or change (a property
 * test compares the two). Fields nobody knows are left out by both.
 */
const elsewhere = new Error("not in the form that is read fast");

type Fields = Readonly<Record<string, unknown>>;

const SHARE_PATH = /^\d+(\/\d+)+$/;
const phaseNames: ReadonlySet<string> = new Set(phases);

function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw elsewhere;
  if (value instanceof Uint8Array) throw elsewhere;
  return value as Fields;
}

function list<T>(value: unknown, read: (item: unknown) => T): T[] {
  if (!Array.isArray(value)) throw elsewhere;
  return value.map(read);
}

function whole(value: unknown, least = 0): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) throw elsewhere;
  return value as number;
}

function amount(value: unknown): number {
  if (!Number.isFinite(value) || (value as number) < 0) throw elsewhere;
  return value as number;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw elsewhere;
  return value;
}

function bytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw elsewhere;
  return value;
}

/** Own names of a record; the schema leaves out one that is no name but an object's prototype. */
function names(record: Fields): string[] {
  const own = Object.keys(record);
  if (own.includes("__proto__")) throw elsewhere;
  return own;
}

function counts(value: unknown): Counts {
  const record = fields(value);
  for (const name of names(record)) whole(record[name]);
  return record as Counts;
}

function checks(value: unknown): CheckCounts {
  const record = fields(value);
  const read: CheckCounts = {};
  for (const name of names(record)) {
    const { passed, failed } = fields(record[name]);
    read[name] = { passed: whole(passed), failed: whole(failed) };
  }
  return read;
}

function outcomes({ ok, failed, neutral, interrupted }: Fields): OutcomeCounts {
  return {
    ok: whole(ok),
    failed: whole(failed),
    neutral: whole(neutral),
    interrupted: whole(interrupted),
  };
}

function phaseBytes(value: unknown): StepDue["phases"] {
  const record = fields(value);
  for (const name of names(record)) {
    if (!phaseNames.has(name)) throw elsewhere;
    bytes(record[name]);
  }
  return record;
}

function stepDue(value: unknown): StepDue {
  const step = fields(value);
  return {
    ok: whole(step["ok"]),
    failed: whole(step["failed"]),
    neutral: whole(step["neutral"]),
    interrupted: whole(step["interrupted"]),
    step: whole(step["step"]),
    statusCodes: counts(step["statusCodes"]),
    errors: counts(step["errors"]),
    outcomes: counts(step["outcomes"]),
    checks: checks(step["checks"]),
    response: bytes(step["response"]),
    service: bytes(step["service"]),
    phases: phaseBytes(step["phases"]),
  };
}

function groupDue(value: unknown): GroupDue {
  const { group, ok, failed, duration } = fields(value);
  return {
    group: whole(group),
    ok: whole(ok),
    failed: whole(failed),
    duration: bytes(duration),
  };
}

function dueDelta(value: unknown): DueDelta {
  const delta = fields(value);
  const { groups } = delta;
  return {
    ...(groups === undefined ? {} : { groups: list(groups, groupDue) }),
    ok: whole(delta["ok"]),
    failed: whole(delta["failed"]),
    neutral: whole(delta["neutral"]),
    interrupted: whole(delta["interrupted"]),
    second: whole(delta["second"]),
    started: whole(delta["started"]),
    dropped: counts(delta["dropped"]),
    iterationDuration: bytes(delta["iterationDuration"]),
    steps: list(delta["steps"], stepDue),
  };
}

function stepWall(value: unknown): StepWall {
  const step = fields(value);
  return {
    step: whole(step["step"]),
    sent: whole(step["sent"]),
    completed: whole(step["completed"]),
    bytesSent: whole(step["bytesSent"]),
    bytesReceived: whole(step["bytesReceived"]),
    redirects: whole(step["redirects"]),
  };
}

function wallDelta(value: unknown): WallDelta {
  const delta = fields(value);
  return {
    second: whole(delta["second"]),
    inFlight: whole(delta["inFlight"]),
    users: whole(delta["users"]),
    connections: whole(delta["connections"]),
    lateness: bytes(delta["lateness"]),
    steps: list(delta["steps"], stepWall),
  };
}

function headRoom(value: unknown): HeadRoom | null {
  if (value === null) return null;
  const { left, limit } = fields(value);
  return { left: whole(left), limit: whole(limit) };
}

function health(value: unknown): Health {
  const given = fields(value);
  const read: Health = {
    second: whole(given["second"]),
    cpu: amount(given["cpu"]),
    rssBytes: whole(given["rssBytes"]),
    mbps: amount(given["mbps"]),
    lagMs: amount(given["lagMs"]),
  };
  for (const name of ["processCpu", "latenessP99Ms"] as const) {
    if (given[name] !== undefined) read[name] = amount(given[name]);
  }
  for (const name of ["inFlight", "connections"] as const) {
    if (given[name] !== undefined) read[name] = whole(given[name]);
  }
  for (const name of ["ports", "files"] as const) {
    if (given[name] !== undefined) read[name] = headRoom(given[name]);
  }
  for (const name of ["gcMs", "gcMaxMs"] as const) {
    if (given[name] !== undefined) read[name] = amount(given[name]);
  }
  return read;
}

function shareTotals(value: unknown): ShareTotals {
  const given = fields(value);
  const requests = fields(given["requests"]);
  return {
    scheduled: whole(given["scheduled"]),
    started: whole(given["started"]),
    dropped: counts(given["dropped"]),
    iterations: outcomes(fields(given["iterations"])),
    requests: { ...outcomes(requests), sent: whole(requests["sent"]) },
    endedMs: whole(given["endedMs"]),
  };
}

function snapshot(given: Fields): Snapshot {
  const workerId = text(given["workerId"]);
  const share = text(given["share"]);
  if (workerId === "" || !SHARE_PATH.test(share)) throw elsewhere;
  const { oldest, startLateUs, totals } = given;
  const read: Snapshot = {
    type: "snapshot",
    workerId,
    share,
    epoch: whole(given["epoch"], 1),
    seq: whole(given["seq"], 1),
    watermark: whole(given["watermark"], -1),
    due: list(given["due"], dueDelta),
    wall: list(given["wall"], wallDelta),
    health: list(given["health"], health),
  };
  if (oldest !== undefined) read.oldest = whole(oldest, 1);
  if (startLateUs !== undefined) {
    if (!Number.isFinite(startLateUs)) throw elsewhere;
    read.startLateUs = startLateUs as number;
  }
  if (totals !== undefined) read.totals = shareTotals(totals);
  return read;
}

/** The snapshot that `value` is, or undefined when the schema has to say. */
export function readSnapshot(value: unknown): Snapshot | undefined {
  try {
    const given = fields(value);
    return given["type"] === "snapshot" ? snapshot(given) : undefined;
  } catch (error) {
    if (error === elsewhere) return undefined;
    throw error;
  }
}
