import {
  startPrivateRedis,
  type PrivateRedis,
  type PrivateRedisOptions,
} from "../services/redisServer.ts";
import { describeUnavailable } from "../services/service.ts";

/** Runs `use` with a server of its own, which may be stopped, filled or emptied. */
export async function withRedis(
  use: (server: PrivateRedis) => Promise<void>,
  options?: PrivateRedisOptions,
): Promise<void> {
  const server = await startPrivateRedis(options);
  if (!server.available) throw new Error(describeUnavailable("Redis", server));
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

/** Whether tests with a server of their own cannot run here, and why, in brackets. */
export async function privateRedisState(): Promise<{ isSkipped: boolean; reason: string }> {
  const probe = await startPrivateRedis();
  if (!probe.available) {
    // In CI what is missing fails.
    const isCi = (process.env["CI"] ?? "") !== "";
    return { isSkipped: !isCi, reason: ` (${describeUnavailable("Redis", probe)})` };
  }
  await probe.stop();
  return { isSkipped: false, reason: "" };
}
