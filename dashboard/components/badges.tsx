import type { RunView, Verdict } from "@onrush/shared/api/runView.ts";
import { Badge, Tooltip } from "@mantine/core";
import { terms } from "@onrush/shared/format/terms.ts";

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

const validityColor = { VALID: "teal", SUSPECT: "yellow", INVALID: "red" } as const;

export function ValidityBadge({ verdict }: { verdict: Verdict }) {
  const { validity, reasons } = verdict;
  const text = reasons.length > 0 ? reasons.join("; ") : terms.validity;
  return (
    <Tooltip label={text} events={{ hover: true, focus: true, touch: true }}>
      <Badge
        color={validityColor[validity]}
        variant={validity === "VALID" ? "outline" : "light"}
        miw="max-content"
        tabIndex={0}
        data-testid="run-validity"
        data-validity={validity}
      >
        {validity}
      </Badge>
    </Tooltip>
  );
}

const slaColor = { PASSED: "teal", FAILED: "red", NONE: "gray" } as const;
const slaText = { PASSED: "SLA passed", FAILED: "SLA failed", NONE: "no SLA" } as const;

export function SlaBadge({ sla }: { sla: Verdict["sla"] }) {
  const none = sla === "NONE" ? { fw: 500, c: "dimmed" } : {};
  return (
    <Tooltip label={terms.sla} events={{ hover: true, focus: true, touch: true }}>
      <Badge
        color={slaColor[sla]}
        variant={sla === "NONE" ? "transparent" : "light"}
        tabIndex={0}
        data-testid="run-sla"
        data-sla={sla}
        tt="none"
        miw="max-content"
        {...none}
      >
        {slaText[sla]}
      </Badge>
    </Tooltip>
  );
}
