/** What sender and receiver are told, as JSON on their command line. */
export interface IntakeJob {
  redisUrl: string;
  /** Begins every key, so that a Redis in use is left alone. */
  prefix: string;
  runId: string;
  workers: number;
  /** Snapshots have the last answers of the second before, too. */
  lateAnswers: boolean;
  /** Seconds of load, the first ones to warm up. */
  seconds: number;
  warmUpSeconds: number;
  /** Unix milliseconds; both processes read the same clock. */
  startAtMs: number;
}

/** What a process of simulated workers is told: those numbered from `first` on. */
export interface CrowdJob {
  redisUrl: string;
  prefix: string;
  first: number;
  workers: number;
}

export const STEPS = 5;
/** Recorded per second in each histogram of each step of each worker. */
export const VALUES = 2_000;

export const readJob = (text: string | undefined): IntakeJob => JSON.parse(text ?? "") as IntakeJob;

/** What the receiver prints. */
export interface Intake {
  messages: number;
  /** Reports that could not be used, and seconds closed without all of them. */
  refused: number;
  partial: number;
  /** CPU of the whole process as a share of one core, over the counted seconds. */
  cpu: number;
  /** Per counted second: from its end until it was published. */
  delaysMs: number[];
  /** Per counted second: from its last report's arrival in Redis until it was published. */
  ownDelaysMs: number[];
  /** At the end of each counted second. */
  residentMbs: number[];
  /** Time within each stage per message, microseconds. */
  stagesUs: Record<string, number>;
}
