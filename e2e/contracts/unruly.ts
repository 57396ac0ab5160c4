import type {
  CommandSource,
  ControllerLink,
  ReportSink,
  TaskSource,
} from "@onrush/worker/agent/ports.ts";

export interface UnrulyOptions {
  /** The same seed and the same calls give the same disorder. */
  seed: number;
  /** Everything is delayed by 0 up to this, each copy by its own: so later ones overtake. */
  maxDelayMs: number;
  /** The share of deliveries that happen twice, 0 to 1. */
  duplicated: number;
}

/** Decorators of the worker's ports that behave as badly as a network and two queues may. */
export interface Unruly {
  taskSource(source: TaskSource): TaskSource;
  reportSink(sink: ReportSink): ReportSink;
  commandSource(source: CommandSource): CommandSource;
  /** All of them; heartbeats are delayed and doubled too. `close` waits for what is under way. */
  controllerLink(link: ControllerLink): ControllerLink;
  /** Resolves when every copy so far was delivered; rejects with the first failure of one. */
  settled(): Promise<void>;
}

export function createUnruly(options: UnrulyOptions): Unruly {
  const { deliver, settled } = createDelivery(options);
  const taskSource = (source: TaskSource): TaskSource => ({
    consume: (workerId, handle) => source.consume(workerId, (task) => deliver(() => handle(task))),
  });
  // A second copy may arrive long after the caller was told that the stream has the report.
  const reportSink = (sink: ReportSink): ReportSink => ({
    append: (runId, bytes) => deliver(() => sink.append(runId, bytes)),
  });
  const commandSource = (source: CommandSource): CommandSource => ({
    subscribe: (handle) =>
      source.subscribe((command) => {
        // A failure is told by `settled`.
        deliver(async () => handle(command)).catch(() => undefined);
      }),
  });
  return {
    taskSource,
    reportSink,
    commandSource,
    settled,
    controllerLink: (link) => ({
      name: link.name,
      tasks: taskSource(link.tasks),
      files: link.files,
      reports: reportSink(link.reports),
      commands: commandSource(link.commands),
      directory: {
        beat: (heartbeat) => deliver(() => link.directory.beat(heartbeat)),
        // Sent once, so that the suite can count: a claim that is asked again is its own test.
        claim: (claim) => link.directory.claim(claim),
        leave: (workerId) => link.directory.leave(workerId),
      },
      presence: link.presence,
      clock: link.clock,
      onLost: (handle) => link.onLost(handle),
      async close() {
        await settled();
        await link.close();
      },
    }),
  };
}

function createDelivery({ seed, maxDelayMs, duplicated }: UnrulyOptions) {
  const random = seededRandom(seed);
  const underWay = new Set<Promise<unknown>>();
  let firstFailure: { error: unknown } | undefined;

  const track = <T>(copy: Promise<T>): Promise<T> => {
    const watched: Promise<void> = copy
      .then(
        () => undefined,
        (error: unknown) => void (firstFailure ??= { error }),
      )
      .finally(() => underWay.delete(watched));
    underWay.add(watched);
    return copy;
  };
  return {
    /** The outcome of the copy that ends first. */
    deliver<T>(action: () => Promise<T>): Promise<T> {
      const copies = random() < duplicated ? 2 : 1;
      const delays = Array.from({ length: copies }, () => random() * maxDelayMs);
      return Promise.race(delays.map((delayMs) => track(later(delayMs, action))));
    },
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
      if (firstFailure !== undefined) throw firstFailure.error;
    },
  };
}

async function later<T>(delayMs: number, action: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  return action();
}

/** mulberry32 (public domain, Tommy Ettinger): uniform in [0, 1). */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
