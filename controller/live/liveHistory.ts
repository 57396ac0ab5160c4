import type { RunView } from "@onrush/shared/api/runView.ts";
import type { LiveMessage, SecondView } from "@onrush/shared/api/secondView.ts";
import { runStates } from "@onrush/shared/run/runState.ts";
import { elapsedSeconds } from "../runs/elapsedSeconds.ts";

export interface History {
  run: RunView;
  seconds: readonly SecondView[];
}

/** Seconds a new connection gets at most; older ones are read over HTTP. */
const HISTORY_SECONDS = 3_600;

/** The first second of the history. */
export function historyFrom(run: RunView, nowMs: number): number {
  return Math.max(0, elapsedSeconds(run, nowMs) - HISTORY_SECONDS);
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
