import { hostname } from "node:os";

/**
 * Health check of a worker's container: healthy while the controller sees the heartbeat of the
 * worker on this host. CONTROLLER_URL says where the controller is.
 */

const controller = process.env["CONTROLLER_URL"] ?? "http://controller:8080";
const answer = await fetch(`${controller}/api/v1/workers`, { signal: AbortSignal.timeout(4_000) });
const { items } = (await answer.json()) as { items: { hostname: string }[] };
process.exitCode = items.some((worker) => worker.hostname === hostname()) ? 0 : 1;
