import type { RunEvent, RunView } from "@onrush/shared/api/runView.ts";
import type { LiveMessage, SecondView } from "@onrush/shared/api/secondView.ts";

/** What the live stream has told of one run so far: its view, and its seconds in order. */
export interface LiveRun {
  run: RunView | undefined;
  seconds: readonly SecondView[];
}

export const emptyRun: LiveRun = { run: undefined, seconds: [] };

const MAX_EVENTS = 1_000;

/** A higher revision of a second replaces a lower one, whatever the order they came in. */
function mergeSeconds(known: readonly SecondView[], news: readonly SecondView[]): SecondView[] {
  const bySecond = new Map(known.map((second) => [second.second, second]));
  for (const second of news) {
    const old = bySecond.get(second.second);
    if (old === undefined || second.rev >= old.rev) bySecond.set(second.second, second);
  }
  return [...bySecond.values()].sort((a, b) => a.second - b.second);
}

function withEvent(run: RunView, event: RunEvent): RunView {
  // The run's own list may already hold what the event message repeats.
  const known = run.events.some((old) => old.at === event.at && old.text === event.text);
  return known ? run : { ...run, events: [...run.events, event].slice(-MAX_EVENTS) };
}

/** Applies a batch of messages, so that one second of news is one render. */
export function applyMessages(state: LiveRun, messages: readonly LiveMessage[]): LiveRun {
  let run = state.run;
  const news: SecondView[] = [];
  for (const message of messages) {
    switch (message.type) {
      case "history":
        run = message.run;
        news.push(...message.seconds);
        break;
      case "second":
        news.push(message);
        break;
      case "event":
        if (run !== undefined) run = withEvent(run, message.event);
        break;
      case "run":
        run = message.run;
        break;
    }
  }
  const seconds = news.length === 0 ? state.seconds : mergeSeconds(state.seconds, news);
  return { run, seconds };
}
