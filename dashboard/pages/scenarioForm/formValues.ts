import type { LoadProfile } from "@onrush/shared/scenario/loadProfile.ts";
import type { arrivals, overloads, pacings } from "@onrush/shared/scenario/pacing.ts";

/** A number field as it is edited: empty, a number, or text that is not a number yet. */
export type NumberText = number | string;

export interface HeaderRow {
  /** Stays with the row while others come and go. */
  rowId: number;
  name: string;
  value: string;
}

export interface BurstRow {
  rowId: number;
  startSecond: NumberText;
  durationSeconds: NumberText;
  rps: NumberText;
  repeatEverySeconds: NumberText;
}

export interface StageRow {
  rowId: number;
  durationSeconds: NumberText;
  targetRps: NumberText;
}

export interface VuStageRow {
  rowId: number;
  durationSeconds: NumberText;
  targetVus: NumberText;
}

export type ProfileType = LoadProfile["type"];

/** The fields of all profiles at once, so that switching the type loses nothing. */
export interface ProfileValues {
  type: ProfileType;
  initialRps: NumberText;
  targetRps: NumberText;
  rampUpSeconds: NumberText;
  bursts: BurstRow[];
  spikeRps: NumberText;
  spikeStartSecond: NumberText;
  spikeDurationSeconds: NumberText;
  stages: StageRow[];
  vus: NumberText;
  /** Empty when users do not wait between iterations. */
  paceSeconds: NumberText;
  initialVus: NumberText;
  vuStages: VuStageRow[];
  iterations: NumberText;
  concurrency: NumberText;
  maxDurationSeconds: NumberText;
  devices: NumberText;
  messagesPerSecond: NumberText;
}

/** How iterations begin and wait; what does not fit the profile is left out of the document. */
export interface PacingValues {
  arrival: (typeof arrivals)[number];
  pacing: (typeof pacings)[number];
  overload: (typeof overloads)[number];
  maxDelaySeconds: NumberText;
  connections: "shared" | "perUser" | "limited";
  connectionLimit: NumberText;
  /** A constant pause; a distribution stays in `rest`. */
  thinkTimeSeconds: NumberText;
  seed: NumberText;
}

export interface FormValues extends PacingValues {
  name: string;
  method: string;
  targetUrl: string;
  headers: HeaderRow[];
  body: string;
  /** "json": the body is part of the document as a value, not as text. */
  bodyKind: "text" | "json";
  durationSeconds: NumberText;
  numWorkers: NumberText;
  profile: ProfileValues;
  maxInFlight: NumberText;
  requestSeconds: NumberText;
  gracefulStopSeconds: NumberText;
  acceptSelfSigned: boolean;
  /** Fields of the document that the form does not show; they stay as they are. */
  rest: Record<string, unknown>;
}

let lastRowId = 0;
export const newRowId = () => ++lastRowId;

export const newBurst = (startSecond: NumberText): BurstRow => ({
  rowId: newRowId(),
  startSecond,
  durationSeconds: 5,
  rps: 100,
  repeatEverySeconds: "",
});

export const newStage = (targetRps: NumberText): StageRow => ({
  rowId: newRowId(),
  durationSeconds: 30,
  targetRps,
});

export const newVuStage = (targetVus: NumberText): VuStageRow => ({
  rowId: newRowId(),
  durationSeconds: 30,
  targetVus,
});

export function newProfile(): ProfileValues {
  return {
    type: "CONSTANT",
    initialRps: 10,
    ...{ targetRps: 100, rampUpSeconds: 30 },
    ...{ spikeRps: 100, spikeStartSecond: 20, spikeDurationSeconds: 5 },
    bursts: [newBurst(20)],
    stages: [newStage(50), newStage(50)],
    ...{ vus: 10, paceSeconds: "", initialVus: 0, vuStages: [newVuStage(50), newVuStage(50)] },
    ...{ iterations: 1_000, concurrency: 10, maxDurationSeconds: 600 },
    ...{ devices: 1_000, messagesPerSecond: 0.1 },
  };
}

/** A new scenario: everything but name and target is filled in. */
export function newValues(): FormValues {
  return {
    ...{ name: "", method: "GET", targetUrl: "", headers: [], body: "", bodyKind: "text" },
    ...{ durationSeconds: 60, numWorkers: 1, profile: newProfile() },
    ...{ maxInFlight: 10_000, requestSeconds: 30, gracefulStopSeconds: 30 },
    ...{ acceptSelfSigned: false, rest: {} },
    ...{ arrival: "uniform", pacing: "timer", overload: "drop", maxDelaySeconds: 10 },
    ...{ connections: "shared", connectionLimit: 100, thinkTimeSeconds: "", seed: 0 },
  };
}

export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
export const hasBody = (method: string) => method !== "GET" && method !== "HEAD";
