import type { Command } from "@onrush/shared/wire/commands.ts";
import type { Heartbeat, HeldShare } from "@onrush/shared/wire/heartbeat.ts";
import { taskKey } from "@onrush/shared/wire/task.ts";
import type { ShareSession } from "./shareSession.ts";

/** What was heard of a run: its highest fencing token, and the commands that came. */
interface HeardOfRun {
  token: number;
  seen: Set<Command["type"]>;
}

/** The shares on this worker, and what their runs' owners have told of them. */
export class Sessions {
  readonly #byShare = new Map<string, ShareSession>();
  readonly #runs = new Map<string, HeardOfRun>();
  #none = Promise.withResolvers<void>();

  get size(): number {
    return this.#byShare.size;
  }

  add(session: ShareSession): void {
    if (this.size === 0) this.#none = Promise.withResolvers();
    this.#byShare.set(taskKey(session.task), session);
  }

  all(): ShareSession[] {
    return [...this.#byShare.values()];
  }

  ofRun(runId: string): ShareSession[] {
    return this.all().filter(({ task }) => task.runId === runId);
  }

  of(share: { runId: string; share: string }): ShareSession | undefined {
    return this.#byShare.get(taskKey(share));
  }

  /** As the engine threads name it: what they still say of an earlier epoch finds nobody. */
  byKey(key: string): ShareSession | undefined {
    return this.all().find((session) => session.key === key);
  }

  /** For heartbeats. */
  held(): HeldShare[] {
    return this.#held().map((session) => session.held());
  }

  state(): Heartbeat["state"] {
    const phases = new Set(this.#held().map(({ phase }) => phase));
    if (phases.size === 0) return "idle";
    return phases.has("preparing") || phases.has("ready") ? "preparing" : "running";
  }

  /** Resolves when there is no share, or none any more. */
  async whenNone(): Promise<void> {
    if (this.size > 0) await this.#none.promise;
  }

  /** False for a token below the highest one seen for the run. */
  isCurrent(runId: string, token: number): boolean {
    const run = this.#runs.get(runId) ?? { token: 0, seen: new Set() };
    if (token < run.token) return false;
    this.#runs.set(runId, { ...run, token });
    return true;
  }

  /** `startUs` is the monotonic instant of a START. */
  command(command: Command, startUs: number): void {
    const sessions = this.ofRun(command.runId);
    if (sessions.length === 0 || !this.isCurrent(command.runId, command.token)) return;
    const seen = this.#runs.get(command.runId)?.seen;
    // START waits for every session to be ready, so it may be needed more than once.
    if (command.type !== "start" && seen?.has(command.type) === true) return;
    seen?.add(command.type);
    for (const session of sessions) {
      // Commands are about the load; teardown comes after it, however it was ended.
      if (session.task.script !== undefined) continue;
      if (command.type === "stop") session.stop();
      if (command.type === "abort") session.abandon();
      if (command.type === "start") {
        session.start(startUs);
        if (seen?.has("stop") === true) session.stop();
      }
    }
  }

  /** Answers the runs of which no share is left. */
  forgetEnded(): string[] {
    const before = new Set(this.#runs.keys());
    for (const [key, { phase }] of this.#byShare) if (phase === "ended") this.#byShare.delete(key);
    const left = new Set(this.all().map(({ task }) => task.runId));
    const gone = [...before].filter((runId) => !left.has(runId));
    for (const runId of gone) this.#runs.delete(runId);
    if (this.size === 0) this.#none.resolve();
    return gone;
  }

  #held(): ShareSession[] {
    return this.all().filter(({ phase }) => phase !== "ended");
  }
}
