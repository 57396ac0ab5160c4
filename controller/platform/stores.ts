import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import { type StoredScenario, storedScenarioSchema } from "@onrush/shared/api/scenarioApi.ts";
import { runSecondSchema } from "@onrush/shared/metrics/second.ts";
import { filesSchema } from "@onrush/shared/scenario/files.ts";
import { decodeFrame, encodeFrame } from "@onrush/shared/wire/frame.ts";
import type { Applied, SecondStore, StoredMinute } from "../results/secondStore.ts";
import type { RunProgress, RunStore, StoredRun } from "../runs/runStore.ts";
import type { FileStore } from "../scenarios/fileStore.ts";
import type { ScenarioStore } from "../scenarios/scenarioStore.ts";
import { pack, packSecond, plainBytes, unpack, unpackSecond } from "./packing.ts";

/**
 * The stores of one database, and what its two implementations share: the form in which documents
 * are kept. Scenarios and views are kept as JSON text, because their keys are the users' (with
 * dots, dollar signs, any characters) and a text keeps them as they are in every database.
 */
export interface Stores {
  scenarios: ScenarioStore;
  /** Removing a run removes its seconds, too. */
  runs: RunStore;
  seconds: SecondStore;
  files: FileStore;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** May be called more than once. */
  close(): Promise<void>;
}

export type StoreErrorCode =
  | "STORE_UNREACHABLE"
  /** It answers, but cannot be used as it is configured. */
  | "STORE_REFUSED"
  /** `create` with an id that is there already. */
  | "STORE_DUPLICATE"
  /** What was read is not what this version writes. */
  | "STORE_UNREADABLE";

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}

/** A run as both databases keep it: fields to filter and to order by, the rest as JSON text. */
export type RunRecord = Omit<StoredRun, "scenario" | "view" | "progress"> & {
  scenario: string;
  view: string;
  progress: string | null;
};

/** To find old runs by, without reading their views; null while a run has not ended. */
export function endedAtMs({ view }: StoredRun): number | null {
  return view.endedAt === null ? null : Date.parse(view.endedAt);
}

export function packRun(run: StoredRun): RunRecord {
  const { id, scenarioId, createdAtMs, active, token, version, streamPosition, startAtUs } = run;
  return {
    ...{ id, scenarioId, createdAtMs, active, token, version, streamPosition, startAtUs },
    scenario: JSON.stringify(run.scenario),
    view: JSON.stringify(run.view),
    progress: run.progress === null ? null : JSON.stringify(run.progress),
  };
}

export function unpackRun(record: RunRecord): StoredRun {
  return {
    ...record,
    scenario: unpackScenario(record.scenario, `the scenario of run ${record.id}`),
    view: readStored(`run ${record.id}`, () => parseView(record.view)),
    progress: readStored(`run ${record.id}`, () => parseProgress(record.progress)),
  };
}

/** Nobody but a controller of this version writes it; what runs on is not read by older ones. */
function parseProgress(text: string | null | undefined): RunProgress | null {
  return text === null || text === undefined ? null : (JSON.parse(text) as RunProgress);
}

const stateSchema = runViewSchema.pick({ state: true });

/** Whether a run waits in line, by its view as it is kept; the rest of the run is not needed. */
export function isQueued({ id, view }: Pick<RunRecord, "id" | "view">): boolean {
  return readStored(`run ${id}`, () => stateSchema.parse(JSON.parse(view)).state === "QUEUED");
}

function parseView(text: string): RunView {
  return runViewSchema.parse(JSON.parse(text));
}

/** `what` names the document in the error. */
export function unpackScenario(text: string, what: string): StoredScenario {
  return readStored(what, () => storedScenarioSchema.parse(JSON.parse(text)));
}

/** The SHA-256 of each file of a scenario, also of one that this version could not read whole. */
export function namedFilesOf(text: string, what: string): string[] {
  return readStored(what, () => {
    const { files = {} } = JSON.parse(text) as { files?: unknown };
    return Object.values(filesSchema.parse(files)).map(({ sha256 }) => sha256);
  });
}

/** ISO times of different precision do not sort as text. */
export function createdAtMs(scenario: StoredScenario): number {
  return Date.parse(scenario.createdAt);
}

export type MinuteKey = Pick<StoredMinute, "runId" | "minute" | "token">;

const secondsSchema = runSecondSchema.array();

/**
 * A frame of packed frames: `{ applied }` first, then each second. A minute is written every second
 * while it lasts, so its seconds are packed by themselves, once each: a busy one of 1,000 workers is
 * half a megabyte. It is packed at all because a document of MongoDB is at most 16 MB.
 */
export async function packMinute({ applied, seconds }: StoredMinute): Promise<Uint8Array> {
  return encodeFrame(await Promise.all([pack({ applied }), ...seconds.map(packSecond)]));
}

/** The byte arrays of the result are views into what was unpacked. */
export async function unpackMinute(key: MinuteKey, packed: Uint8Array): Promise<StoredMinute> {
  const { runId, minute, token } = key;
  try {
    const [first, ...others] = partsOf(decodeFrame(plainBytes(packed)));
    if (first === undefined) throw new TypeError("the frame holds no parts");
    const [head, ...records] = await Promise.all([unpack(first), ...others.map(unpackSecond)]);
    if (!isObject(head)) throw new TypeError("the frame holds no object");
    const { applied } = head;
    if (!isApplied(applied)) throw new TypeError("applied needs an epoch and a seq per share");
    return { runId, minute, token, applied, seconds: secondsSchema.parse(records) };
  } catch (cause) {
    throw unreadable(`minute ${minute} of run ${runId}`, cause);
  }
}

function partsOf(parts: unknown): Uint8Array[] {
  if (!Array.isArray(parts)) throw new TypeError("the frame holds no parts");
  return parts.map((part) => {
    if (part instanceof Uint8Array) return part;
    throw new TypeError("a part of the frame is no bytes");
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isApplied(value: unknown): value is Applied {
  return (
    isObject(value) &&
    Object.values(value).every(
      (last) => isObject(last) && Number.isInteger(last["epoch"]) && Number.isInteger(last["seq"]),
    )
  );
}

function readStored<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unreadable(what, cause);
  }
}

function unreadable(what: string, cause: unknown): StoreError {
  return new StoreError("STORE_UNREADABLE", `the store's copy of ${what} cannot be read`, {
    cause,
  });
}

export function duplicateError(what: string, options?: ErrorOptions): StoreError {
  return new StoreError("STORE_DUPLICATE", `${what} is in the store already`, options);
}
