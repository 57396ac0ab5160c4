import type { WorkerLink } from "../platform/ports.ts";

/** Clears what an ended run has left in queues and streams; answers what could not be. */
export async function clearRemains(
  link: WorkerLink,
  runId: string,
  workerIds: readonly string[],
): Promise<unknown[]> {
  const cleared = await Promise.allSettled([
    ...workerIds.map((workerId) => link.tasks.discard(workerId, runId)),
    link.reports.remove(runId),
  ]);
  return cleared.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
}
