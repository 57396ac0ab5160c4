import type { ThreadHealth } from "../engine/engineMessages.ts";

/** The engine threads of a worker together. */
export interface ThreadsHealth {
  /** CPU of the threads over as many cores. */
  cpu: number;
  /** Of the worst thread. */
  lagMs: number;
  /** Added up over the threads, and the longest pause of any. */
  gcMs: number;
  gcMaxMs: number;
  /** Open connections of all threads to the destination that has most. */
  busiest: number;
}

const rounded = (ms: number) => Math.round(ms * 1000) / 1000;

export function mergeThreads(threads: readonly ThreadHealth[]): ThreadsHealth {
  const sum = (of: (thread: ThreadHealth) => number) =>
    threads.reduce((total, thread) => total + of(thread), 0);
  const highest = (of: (thread: ThreadHealth) => number) => Math.max(0, ...threads.map(of));
  const connections = new Map<string, number>();
  for (const { destinations } of threads) {
    for (const [origin, count] of Object.entries(destinations)) {
      connections.set(origin, (connections.get(origin) ?? 0) + count);
    }
  }
  return {
    cpu: Math.max(0, sum((thread) => thread.cpu) / Math.max(1, threads.length)),
    lagMs: highest((thread) => thread.lagP99Us) / 1000,
    gcMs: rounded(sum((thread) => thread.gcMs)),
    gcMaxMs: rounded(highest((thread) => thread.gcMaxMs)),
    busiest: Math.max(0, ...connections.values()),
  };
}
