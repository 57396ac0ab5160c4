import type { RunEvent } from "../api/runView.ts";

/** Events of one run that are kept: how it began, and the newest. */
export const MAX_EVENTS = 1_000;
const FIRST_EVENTS = 50;

const NOTE = /^(\d+) events were dropped here/;

/** The same events, or fewer with one in their place that says how many are missing. */
export function boundedEvents(events: readonly RunEvent[]): readonly RunEvent[] {
  const tooMany = events.length - MAX_EVENTS;
  if (tooMany <= 0) return events;
  const note = events[FIRST_EVENTS];
  const earlier = Number(NOTE.exec(note?.text ?? "")?.[1] ?? 0);
  const from = FIRST_EVENTS + (earlier > 0 ? 1 : 0);
  // The note itself takes a place.
  const dropped = tooMany + (earlier > 0 ? 0 : 1);
  const last = events[from + dropped - 1] ?? note;
  const text = `${earlier + dropped} events were dropped here: a run keeps ${MAX_EVENTS}`;
  return [
    ...events.slice(0, FIRST_EVENTS),
    { at: last?.at ?? "", kind: "warning", text },
    ...events.slice(from + dropped),
  ];
}
