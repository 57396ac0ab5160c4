import type { RunEvent } from "../api/runView.ts";

export const isSameEvent = (a: RunEvent, b: RunEvent): boolean =>
  a.at === b.at && a.kind === b.kind && a.text === b.text;

/**
 * The events after the last one told. A run keeps a bounded number of them and drops some on the
 * way, so that neither how many there are nor where one stands says what is new.
 */
export function newEvents(
  events: readonly RunEvent[],
  lastTold: RunEvent | undefined,
): readonly RunEvent[] {
  if (lastTold === undefined) return events;
  const at = events.findLastIndex((event) => isSameEvent(event, lastTold));
  if (at >= 0) return events.slice(at + 1);
  return events.filter((event) => event.at > lastTold.at);
}
