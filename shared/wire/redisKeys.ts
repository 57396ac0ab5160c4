/** What both ends of the Redis link agree on: keys, how long they live, and which server will do. */

/** Longer than the longest run (7 days); only for keys of a run that nobody released. */
export const RUN_KEYS_TTL_MS = 8 * 24 * 3_600_000;
/** How long a released run is known as such, so that its shares end instead of waiting for an owner. */
export const TOMBSTONE_TTL_MS = 3_600_000;

/**
 * Fields of `shares` beside the paths of shares: the highest token of the run's owners, and whether
 * the run is released (then only these two are left).
 */
export const TOKEN_FIELD = "token";
export const RELEASED_FIELD = "released";

/**
 * In Lua, `server_run_id()`: another one after every restart and fail-over, so that what must not be
 * trusted after one can be told by it.
 */
export const SERVER_RUN_ID = `
local function server_run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
end
`;

export interface RedisKeys {
  /** Option `prefix` of every BullMQ queue and worker. */
  readonly queuePrefix: string;
  /** Hash: worker id -> `<last seen, ms of Redis TIME> <heartbeat as JSON>`. */
  readonly workers: string;
  /** Hash: worker id -> run id. */
  readonly reservations: string;
  /** Since when (ms of Redis TIME) `workers` has been kept: a server may have come back empty. */
  readonly workersSince: string;
  /** Counter behind the fencing tokens of all runs. */
  readonly leaseToken: string;
  /** Channel on which every command is published. */
  readonly commandChannel: string;
  /** Channel to which a worker is subscribed while its process lives; nothing is published. */
  presence(workerId: string): string;
  /** BullMQ refuses ":" in the name of a queue. */
  taskQueue(workerId: string): string;
  /** Hash: command type -> command as JSON. */
  commands(runId: string): string;
  /** Hash: share path -> `<epoch>:<acked seq>`, `TOKEN_FIELD`, `RELEASED_FIELD`. */
  shares(runId: string): string;
  /** Hash: who has claimed which iterations (`worker/agent/redis/claimScript.ts`). */
  claims(runId: string): string;
  /** Stream of reports, one field `r` of raw bytes per entry. */
  reports(runId: string): string;
  /** `<owner's id> <owner's url>`, expiring. A url has no blank, an id may. */
  lease(runId: string): string;
  /** Exists when the run was asked to stop. */
  stopAsked(runId: string): string;
}

export function redisKeys(prefix = "onrush"): RedisKeys {
  const ofRun = (part: string) => (runId: string) => `${prefix}:run:${runId}:${part}`;
  return {
    queuePrefix: `${prefix}:queue`,
    workers: `${prefix}:workers`,
    reservations: `${prefix}:reservations`,
    workersSince: `${prefix}:workers-since`,
    leaseToken: `${prefix}:lease-token`,
    commandChannel: `${prefix}:commands`,
    presence: (workerId) => `${prefix}:presence:${workerId}`,
    taskQueue: (workerId) => `tasks-${encodeURIComponent(workerId)}`,
    commands: ofRun("commands"),
    shares: ofRun("shares"),
    claims: ofRun("claims"),
    reports: ofRun("reports"),
    lease: ofRun("lease"),
    stopAsked: ofRun("stop-asked"),
  };
}

/** `HOST:PORT` of a Redis URL, without its credentials. Throws on what is no Redis URL. */
export function redisAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === "") {
    throw new Error("REDIS_URL must look like redis://HOST:PORT or rediss://HOST:PORT");
  }
  return `${parsed.hostname}:${parsed.port === "" ? "6379" : parsed.port}`;
}

const MINIMUM_VERSION = [6, 2] as const;

/** Why this server will not do, judged by its answer to INFO; undefined when it will. */
export function redisServerProblem(info: string): string | undefined {
  const version = /^redis_version:(\d+)\.(\d+)\S*/m.exec(info);
  // Servers that speak the protocol but hide their version get the benefit of the doubt.
  if (version === null) return undefined;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const [needMajor, needMinor] = MINIMUM_VERSION;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return undefined;
  return `it is version ${version[0].slice("redis_version:".length)}, Onrush needs ${needMajor}.${needMinor} or later`;
}

/** What people should know about a server that will do, judged by its answer to INFO. */
export function redisServerWarning(info: string): string | undefined {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy === undefined || policy === "noeviction") return undefined;
  return `maxmemory-policy is ${policy}: under memory pressure it may delete tasks and reports; set it to noeviction`;
}
