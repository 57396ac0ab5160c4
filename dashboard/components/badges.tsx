import type { RunView } from "@onrush/shared/api/runView.ts";
import { Badge, type MantineBreakpoint, Tooltip } from "@mantine/core";
import { terms } from "@onrush/shared/format/terms.ts";
import { type Concern, concerns, slaText, validityText } from "./verdictTexts.ts";

type State = RunView["state"];

const stateColor: Record<State, string> = {
  QUEUED: "gray",
  PREPARING: "blue",
  RUNNING: "green",
  STOPPING: "yellow",
  COMPLETED: "teal",
  STOPPED: "orange",
  FAILED: "red",
};
const moving: readonly State[] = ["PREPARING", "RUNNING", "STOPPING"];

export function StateBadge({ state, testId }: { state: State; testId?: string }) {
  const dot = <span className={moving.includes(state) ? "pulse on" : "pulse"} />;
  return (
    <Badge
      color={stateColor[state]}
      miw="max-content"
      leftSection={dot}
      data-testid={testId}
      data-state={state}
    >
      {state}
    </Badge>
  );
}

export function ValidityBadge({ run }: { run: RunView }) {
  const { validity, reasons } = run.verdict;
  const { text, color } = validityText(run);
  const label = reasons.length > 0 ? reasons.join("; ") : terms.validity;
  return (
    <Tooltip label={label} events={{ hover: true, focus: true, touch: true }}>
      <Badge
        color={color}
        variant={validity === "VALID" ? "outline" : "light"}
        miw="max-content"
        tabIndex={0}
        data-testid="run-validity"
        data-validity={validity}
        tt="none"
      >
        {text}
      </Badge>
    </Tooltip>
  );
}

export function SlaBadge({ run }: { run: RunView }) {
  const { text, color } = slaText(run);
  const none = color === "gray" ? { fw: 500, c: "dimmed" } : {};
  return (
    <Tooltip label={terms.sla} events={{ hover: true, focus: true, touch: true }}>
      <Badge
        color={color}
        variant={color === "gray" ? "transparent" : "light"}
        tabIndex={0}
        data-testid="run-sla"
        data-sla={run.verdict.sla}
        tt="none"
        miw="max-content"
        {...none}
      >
        {text}
      </Badge>
    </Tooltip>
  );
}

interface ConcernBadgesProps {
  run: RunView;
  /** From which width on each is told elsewhere. */
  hiddenFrom?: Record<Concern["kind"], MantineBreakpoint>;
}

/** Beside a state, what speaks against the run; nothing for a run in order. */
export function ConcernBadges({ run, hiddenFrom }: ConcernBadgesProps) {
  return concerns(run).map(({ kind, text, color }) => (
    <Badge
      key={kind}
      color={color}
      variant="light"
      miw="max-content"
      tt="none"
      {...(hiddenFrom === undefined ? {} : { hiddenFrom: hiddenFrom[kind] })}
    >
      {text}
    </Badge>
  ));
}
