import type { Command } from "@onrush/shared/wire/commands.ts";
import type { ControlBus } from "../ports.ts";

export interface LocalControlBus extends ControlBus {
  /** Until the returned function is called. */
  subscribe(listen: (command: Command) => void): () => void;
  kept(runId: string): Command[];
  release(runId: string): void;
}

/** As in Redis, a command with a lower token than a kept one of its run is ignored. */
export function createLocalControlBus(): LocalControlBus {
  const commands = new Map<string, Map<Command["type"], Command>>();
  const listeners = new Set<(command: Command) => void>();
  const kept = (runId: string) => [...(commands.get(runId)?.values() ?? [])];
  return {
    async send(command) {
      if (kept(command.runId).some(({ token }) => token > command.token)) return;
      const ofRun = commands.get(command.runId) ?? new Map<Command["type"], Command>();
      commands.set(command.runId, ofRun.set(command.type, command));
      for (const listen of listeners) listen(command);
    },
    subscribe(listen) {
      listeners.add(listen);
      return () => void listeners.delete(listen);
    },
    kept,
    release: (runId) => void commands.delete(runId),
  };
}
