import type { RunEvent } from "@onrush/shared/api/runView.ts";
import { ScrollArea, Text } from "@mantine/core";
import { Panel } from "../../components/Panel.tsx";
import { formatClock } from "@onrush/shared/format/numbers.ts";

interface EventListProps {
  events: readonly RunEvent[];
  startedAt: string | null;
}

const kindColor: Record<RunEvent["kind"], string> = {
  state: "var(--c-blue)",
  info: "var(--c-gray)",
  warning: "var(--c-amber)",
  error: "var(--c-red)",
};

const timeOfDay = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** Time since the start (negative before it), or the time of day while there is no start. */
function when(at: string, startedAt: string | null): string {
  if (startedAt === null) return timeOfDay.format(new Date(at));
  const seconds = (Date.parse(at) - Date.parse(startedAt)) / 1000;
  return seconds < 0 ? `−${(-seconds).toFixed(1)} s` : formatClock(seconds);
}

export function EventList({ events, startedAt }: EventListProps) {
  return (
    <Panel title="Events" note="newest first" padded testId="events">
      {events.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing happened yet.
        </Text>
      )}
      <ScrollArea.Autosize mah={220} type="auto" viewportProps={{ tabIndex: 0 }}>
        <ol className="events" reversed>
          {events.toReversed().map((event, i) => (
            <li key={events.length - i} data-testid="event-row" data-kind={event.kind}>
              <time className="num dimmed" dateTime={event.at}>
                {when(event.at, startedAt)}
              </time>
              <i style={{ background: kindColor[event.kind] }} role="img" aria-label={event.kind} />
              <span>{event.text}</span>
            </li>
          ))}
        </ol>
      </ScrollArea.Autosize>
    </Panel>
  );
}
