import {
  BYTES_PER_MB,
  DEFAULT_WORKER_FILES_MB,
  MAX_FILE_BYTES,
} from "@onrush/shared/scenario/files.ts";
import type { RetentionLimits } from "../results/retention.ts";
import type { FileLimits } from "../scenarios/keptFiles.ts";
import { defaultUploadLimits, type UploadLimits } from "../scenarios/uploadSlots.ts";

/** What a controller is started with. Every problem of the environment is reported at once. */
export interface ControllerSettings {
  host: string;
  port: number;
  dataDirectory: string;
  redisUrl?: string;
  mongodbUrl?: string;
  /** Where workers on other hosts reach this controller. */
  url?: string;
  /** Names our keys in Redis and our database in MongoDB. */
  redisPrefix?: string;
  mongodbDatabase?: string;
  /** Without it every run is kept. */
  retention?: RetentionLimits;
  /** Without it every file is kept. */
  files?: FileLimits;
  uploads?: UploadLimits;
}

export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** 0 is without limit. */
const RETENTION_DAYS = { min: 0, max: 36_500 };
const RETENTION_FILE_DAYS = RETENTION_DAYS;
const RETENTION_RUNS = { min: 0, max: 1_000_000 };

const FILES_MB = { min: 0, max: 1_000_000_000 };
const UPLOADS = { min: 1, max: 1_000 };
/** One file must fit. */
const UPLOADS_MB = { min: MAX_FILE_BYTES / BYTES_PER_MB, max: 1_000_000 };

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** A whole number from the environment; a problem text when it is something else. */
function wholeNumber(
  env: Environment,
  name: string,
  range: { default: number; min: number; max: number },
  problems: string[],
): number {
  const text = env[name];
  if (text === undefined || text === "") return range.default;
  const value = Number(text);
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  problems.push(`${name}="${text}" must be a whole number from ${range.min} to ${range.max}`);
  return range.default;
}

function checkUrl(env: Environment, name: string, schemes: readonly string[], problems: string[]) {
  const text = env[name];
  if (text === undefined || text === "") return undefined;
  const scheme = /^([a-z+]+):\/\//.exec(text)?.[1];
  if (scheme !== undefined && schemes.includes(scheme)) return text;
  problems.push(`${name} must begin with ${schemes.map((s) => `${s}://`).join(" or ")}`);
  return undefined;
}

function fileLimits(env: Environment, problems: string[]): FileLimits {
  const ofDays = { default: 7, ...RETENTION_FILE_DAYS };
  const days = wholeNumber(env, "RETENTION_FILE_DAYS", ofDays, problems);
  const mb = wholeNumber(env, "FILES_MAX_MB", { default: 5_000, ...FILES_MB }, problems);
  return { days, bytes: mb * BYTES_PER_MB };
}

function uploadLimits(env: Environment, problems: string[]): UploadLimits {
  const { count: most, bytes } = defaultUploadLimits;
  const count = wholeNumber(env, "UPLOADS_MAX", { default: most, ...UPLOADS }, problems);
  const ofMb = { default: bytes / BYTES_PER_MB, ...UPLOADS_MB };
  const mb = wholeNumber(env, "UPLOADS_MAX_MB", ofMb, problems);
  return { count, bytes: mb * BYTES_PER_MB };
}

/**
 * Reads PORT, HOST, CONTROLLER_URL, ONRUSH_DATA, REDIS_URL, MONGODB_URL, AUTH, and the limits of
 * what is kept and taken: RETENTION_DAYS, RETENTION_RUNS, RETENTION_FILE_DAYS, FILES_MAX_MB,
 * UPLOADS_MAX and UPLOADS_MAX_MB. Throws SettingsError naming every value that cannot be used.
 */
export function readControllerSettings(env: Environment): ControllerSettings {
  const problems: string[] = [];
  const port = wholeNumber(env, "PORT", { default: 8080, min: 0, max: 65_535 }, problems);
  const host = env["HOST"] || "127.0.0.1";
  const redisUrl = checkUrl(env, "REDIS_URL", ["redis", "rediss"], problems);
  const mongodbUrl = checkUrl(env, "MONGODB_URL", ["mongodb", "mongodb+srv"], problems);
  const url = checkUrl(env, "CONTROLLER_URL", ["http", "https"], problems);
  const auth = env["AUTH"] ?? "";
  if (auth !== "" && auth !== "none") problems.push('AUTH can only be "none" in this version');
  if (!isLoopback(host) && auth !== "none") {
    problems.push(
      `HOST=${host} can be reached from other machines, and there is no authentication: ` +
        "set AUTH=none if that is what you want, or leave HOST out",
    );
  }
  const days = wholeNumber(env, "RETENTION_DAYS", { default: 30, ...RETENTION_DAYS }, problems);
  const runs = wholeNumber(env, "RETENTION_RUNS", { default: 1_000, ...RETENTION_RUNS }, problems);
  const [files, uploads] = [fileLimits(env, problems), uploadLimits(env, problems)];
  if (problems.length > 0) throw new SettingsError(problems.join("\n"));
  return {
    retention: { days, runs },
    ...{ files, uploads },
    host,
    port,
    dataDirectory: env["ONRUSH_DATA"] || ".onrush",
    ...(url === undefined ? {} : { url }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
    ...(mongodbUrl === undefined ? {} : { mongodbUrl }),
    ...(env["ONRUSH_PREFIX"] ? { redisPrefix: env["ONRUSH_PREFIX"] } : {}),
    ...(env["ONRUSH_DATABASE"] ? { mongodbDatabase: env["ONRUSH_DATABASE"] } : {}),
  };
}

export interface WorkerCounts {
  /** Worker processes of the embedded platform. */
  workers: number;
  /** Engine threads of each; undefined leaves it to the worker. */
  threads: number | undefined;
  /** What each holds of files at most. */
  filesMb: number;
}

/** Reads WORKERS, WORKER_THREADS and WORKER_FILES_MAX_MB. Throws SettingsError. */
export function readWorkerCounts(env: Environment): WorkerCounts {
  const problems: string[] = [];
  const workers = wholeNumber(env, "WORKERS", { default: 1, min: 1, max: 64 }, problems);
  const threads = wholeNumber(env, "WORKER_THREADS", { default: 0, min: 1, max: 256 }, problems);
  const ofFiles = { default: DEFAULT_WORKER_FILES_MB, min: 1, max: 1_000_000 };
  const filesMb = wholeNumber(env, "WORKER_FILES_MAX_MB", ofFiles, problems);
  if (problems.length > 0) throw new SettingsError(problems.join("\n"));
  return { workers, threads: threads === 0 ? undefined : threads, filesMb };
}
