import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { type RunView, runViewSchema } from "@onrush/shared/api/runView.ts";
import { type StoredScenario, storedScenarioSchema } from "@onrush/shared/api/scenarioApi.ts";
import { runSecondSchema } from "@onrush/shared/metrics/second.ts";
import { decodeFrame, encodeFrame } from "@onrush/shared/wire/frame.ts";
import type { Applied, SecondStore, StoredMinute } from "../results/secondStore.ts";
import type { RunStore, StoredRun } from "../runs/runStore.ts";
import type { ScenarioStore } from "../scenarios/scenarioStore.ts";

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
export type RunRecord = Omit<StoredRun, "scenario" | "view"> & { scenario: string; view: string };

export function packRun(run: StoredRun): RunRecord {
  const { id, scenarioId, createdAtMs, active, token, version, streamPosition, startAtUs } = run;
  return {
    ...{ id, scenarioId, createdAtMs, active, token, version, streamPosition, startAtUs },
    scenario: JSON.stringify(run.scenario),
    view: JSON.stringify(run.view),
  };
}

export function unpackRun(record: RunRecord): StoredRun {
  return {
    ...record,
    scenario: unpackScenario(record.scenario, `the scenario of run ${record.id}`),
    view: readStored(`run ${record.id}`, () => parseView(record.view)),
  };
}

function parseView(text: string): RunView {
  return runViewSchema.parse(JSON.parse(text));
}

/** `what` names the document in the error. */
export function unpackScenario(text: string, what: string): StoredScenario {
  return readStored(what, () => storedScenarioSchema.parse(JSON.parse(text)));
}

/** ISO times of different precision do not sort as text. */
export function createdAtMs(scenario: StoredScenario): number {
  return Date.parse(scenario.createdAt);
}

export type MinuteKey = Pick<StoredMinute, "runId" | "minute" | "token">;

const secondsSchema = runSecondSchema.array();
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * The frame, compressed to about a third: a minute of 100 busy steps is 22 MB, and a document of
 * MongoDB at most 16 MB. It happens outside the main thread.
 */
export async function packMinute({ applied, seconds }: StoredMinute): Promise<Uint8Array> {
  return compress(encodeFrame({ applied, seconds }), FASTEST);
}

export async function unpackMinute(key: MinuteKey, packed: Uint8Array): Promise<StoredMinute> {
  const { runId, minute, token } = key;
  try {
    const frame = await decompress(packed);
    return { runId, minute, token, ...parseMinute(plainBytes(frame)) };
  } catch (cause) {
    throw unreadable(`minute ${minute} of run ${runId}`, cause);
  }
}

/** The byte arrays of the result are views into `frame`. */
function parseMinute(frame: Uint8Array): Pick<StoredMinute, "applied" | "seconds"> {
  const content = decodeFrame(frame);
  if (!isObject(content)) throw new TypeError("the frame holds no object");
  const { applied, seconds } = content;
  if (!isApplied(applied)) throw new TypeError("applied needs an epoch and a seq per share");
  return { applied, seconds: secondsSchema.parse(seconds) };
}

/** Views into a Buffer would be Buffers, which compare and print differently. */
function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
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
