/** A process that a test started; signals go to its id and to nobody else. */
export interface HasPid {
  readonly pid: number;
}

/** It stands still, as a machine that hangs does: nobody is told, and its connections stay. */
export function freeze({ pid }: HasPid): void {
  process.kill(pid, "SIGSTOP");
}

export function thaw({ pid }: HasPid): void {
  process.kill(pid, "SIGCONT");
}
