import { Redis, type RedisOptions } from "ioredis";
import {
  redisAddress,
  redisServerProblem,
  redisServerWarning,
} from "@onrush/shared/wire/redisKeys.ts";

/**
 * What a connection does with commands while Redis does not answer:
 *   prompt   they reject, so that the caller can tell at once
 *   patient  they wait, in order, and are sent again after the reconnection
 */
export type ConnectionManner = "prompt" | "patient";

const CONNECT_TIMEOUT_MS = 3_500;
const PROMPT_TIMEOUT_MS = 2_000;
/** Without data for so long while an answer is due, a socket is dead. Above any blocking command's time. */
const SOCKET_TIMEOUT_MS = { prompt: 5_000, patient: 20_000 };
const MAX_RECONNECT_PAUSE_MS = 1_000;

const manners: Record<ConnectionManner, RedisOptions> = {
  prompt: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: PROMPT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS.prompt,
  },
  patient: { maxRetriesPerRequest: null, socketTimeout: SOCKET_TIMEOUT_MS.patient },
};

/** Not connected until `connect()`, `awaitReady` or, if patient, the first command. `warn` is told once per outage. */
export function openConnection(
  url: string,
  manner: ConnectionManner,
  warn?: (text: string) => void,
): Redis {
  const redis = new Redis(url, {
    ...manners[manner],
    lazyConnect: true,
    replyMapping: "legacy",
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(100 * attempt, MAX_RECONNECT_PAUSE_MS),
  });
  let wasReady = false;
  redis.on("ready", () => (wasReady = true));
  // Every connection needs a listener; the outage itself is told once, from "close".
  redis.on("error", () => undefined);
  redis.on("close", () => {
    if (wasReady) warn?.(`the connection to Redis at ${redisAddress(url)} is lost, reconnecting`);
    wasReady = false;
  });
  return redis;
}

/** Resolves when the server answers and will do; otherwise closes the connection and rejects within 5 s. */
export async function awaitReady(
  redis: Redis,
  url: string,
  warn: (text: string) => void,
): Promise<void> {
  try {
    await firstAnswer(redis, url);
    const info = await redis.info();
    const problem = redisServerProblem(info);
    if (problem !== undefined)
      throw new Error(`Redis at ${redisAddress(url)} will not do: ${problem}`);
    const warning = redisServerWarning(info);
    if (warning !== undefined) warn(`Redis at ${redisAddress(url)}: ${warning}`);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

/** A server that is still starting gets the whole time; one that refuses us is final. */
async function firstAnswer(redis: Redis, url: string): Promise<void> {
  const address = redisAddress(url);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    const advice = "start it or unset REDIS_URL to run embedded";
    reject(new Error(`Redis does not answer at ${address} (REDIS_URL): ${advice}`));
  }, CONNECT_TIMEOUT_MS);
  const onError = (error: Error) => {
    // Not as a cause: ioredis' errors carry the command, and with it the password.
    if (/WRONGPASS|NOAUTH|NOPERM|invalid password|no password is set/i.test(error.message)) {
      const advice = "check user name and password";
      reject(new Error(`Redis at ${address} refuses the login of REDIS_URL: ${advice}`));
    }
  };
  redis.once("ready", resolve).on("error", onError);
  // Its rejection only tells of the first attempt.
  redis.connect().catch(() => undefined);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    redis.off("ready", resolve).off("error", onError);
  }
}
