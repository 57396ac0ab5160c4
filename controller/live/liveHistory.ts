import type { RunView } from "@onrush/shared/api/runView.ts";
import type { LiveMessage, SecondView } from "@onrush/shared/api/secondView.ts";
import { runStates } from "@onrush/shared/run/runState.ts";

export interface History {
  run: RunView;
  seconds: readonly SecondView[];
}

/** Seconds a new connection gets at most; older ones are read over HTTP. */
const HISTORY_SECONDS = 3_600;

/** The first second of the history; generous by as much as the two clocks differ. */
export function historyFrom(run: RunView, nowMs: number): number {
  if (run.startedAt === null) return 0;
  const endMs = run.endedAt === null ? nowMs : Date.parse(run.endedAt);
  const elapsed = Math.floor((endMs - Date.parse(run.startedAt)) / 1000);
  return Math.max(0, elapsed - HISTORY_SECONDS);
}

function isOlder(run: RunView, than: RunView): boolean {
  const order = runStates.indexOf(run.state) - runStates.indexOf(than.state);
  return order < 0 || (order === 0 && run.events.length < than.events.length);
}

/** Whether a message that came while the history was read says nothing beyond it. */
export function coversMessage(history: History, message: LiveMessage): boolean {
  switch (message.type) {
    case "history":
      return false;
    case "second":
      return history.seconds.some((s) => s.second === message.second && s.rev >= message.rev);
    case "run":
      return isOlder(message.run, history.run);
    case "event": {
      const { at, kind, text } = message.event;
      return history.run.events.some((e) => e.at === at && e.kind === kind && e.text === text);
    }
  }
}
