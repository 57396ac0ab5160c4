import type { Claim, Grant } from "@onrush/shared/wire/claims.ts";
import type { Command } from "@onrush/shared/wire/commands.ts";
import type { BeatReply, Heartbeat } from "@onrush/shared/wire/heartbeat.ts";
import type { Task } from "@onrush/shared/wire/task.ts";

/**
 * How a worker reaches its controller; the other end is `controller/platform/ports.ts`. Two
 * implementations, `redis/` and `local/` (messages to the parent process).
 */

/** Tasks from this worker's own queue; the task counts as taken when `handle` has resolved. */
export interface TaskSource {
  consume(workerId: string, handle: (task: Task) => Promise<void>): Promise<void>;
}

/** Appends to a run's stream of reports. Resolves when the stream has it. */
export interface ReportSink {
  append(runId: string, bytes: Uint8Array): Promise<void>;
}

/** Commands as they are sent; what was missed comes with the next heartbeat's answer. */
export interface CommandSource {
  subscribe(handle: (command: Command) => void): Promise<void>;
}

export interface Directory {
  /** Registers or refreshes this worker and tells how its shares stand, in one round trip. */
  beat(heartbeat: Heartbeat): Promise<BeatReply>;
  /** Claims iterations of a share. Asking again with the same request is answered as before. */
  claim(claim: Claim): Promise<Grant>;
  leave(workerId: string): Promise<void>;
}

/**
 * A connection by which controllers see that this process lives: when it ends, however it ends, the
 * connection is closed at once.
 */
export interface Presence {
  /**
   * Resolves when the worker is seen. `onChange` tells when it is not any more, as far as this side
   * can know, and when it is again.
   */
  show(workerId: string, onChange: (isSeen: boolean) => void): Promise<void>;
}

/** The clock that all parts share, Unix microseconds. */
export interface CommonClock {
  nowUs(): Promise<number>;
}

/** Files that scenarios name, by the SHA-256 of their bytes. */
export interface FileSource {
  /**
   * Undefined when the controller has no such file; rejects when it cannot be asked. `ownerUrl` is
   * where the run's owner listens, as far as that is known.
   */
  read(sha256: string, ownerUrl: string | undefined): Promise<Uint8Array | undefined>;
}

/** Everything above, as one composition root hands it out. */
export interface ControllerLink {
  readonly name: "redis" | "local";
  readonly tasks: TaskSource;
  readonly reports: ReportSink;
  readonly commands: CommandSource;
  readonly directory: Directory;
  readonly presence: Presence;
  readonly clock: CommonClock;
  readonly files: FileSource;
  /** Called once when the other side is gone for good (the parent process ended). */
  onLost(handle: () => void): void;
  close(): Promise<void>;
}
