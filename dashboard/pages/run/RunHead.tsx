import type { RunView } from "@onrush/shared/api/runView.ts";
import type { SecondView } from "@onrush/shared/api/secondView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { Button, Group, Progress } from "@mantine/core";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useStopRun } from "../../api/runs.ts";
import { useStartRun } from "../../api/scenarios.ts";
import { SlaBadge, StateBadge, ValidityBadge } from "../../components/badges.tsx";
import { ConfirmDialog } from "../../components/ConfirmDialog.tsx";
import { ErrorNotice } from "../../components/ErrorNotice.tsx";
import { EditIcon, PlayIcon, StopIcon } from "../../components/icons.tsx";
import { PageHead } from "../../components/PageHead.tsx";
import { type Tone, verdictSentence } from "@onrush/shared/report/verdictSentence.ts";
import { runProgress } from "./progress.ts";
import { progressText } from "./progressText.ts";
import { ReportsMenu } from "./ReportsMenu.tsx";
import type { RunKind } from "./runKind.ts";

interface RunHeadProps {
  run: RunView;
  seconds: readonly SecondView[];
  kind: RunKind;
}

export function RunHead({ run, seconds, kind }: RunHeadProps) {
  return (
    <header>
      <PageHead
        title={run.scenarioName}
        badges={
          <>
            <StateBadge state={run.state} testId="run-state" />
            <ValidityBadge run={run} />
            <SlaBadge run={run} />
          </>
        }
      >
        <Actions run={run} />
      </PageHead>
      <div className="panel" style={{ padding: "8px 12px 10px" }}>
        <ProgressLine run={run} seconds={seconds} kind={kind} />
        <VerdictLine run={run} />
      </div>
    </header>
  );
}

function Actions({ run }: { run: RunView }) {
  const navigate = useNavigate();
  const stop = useStopRun();
  const start = useStartRun();
  const [asking, setAsking] = useState(false);
  const ended = hasEnded(run.state);
  const error = stop.error ?? start.error;
  const again = () =>
    start.mutate(run.scenarioId, { onSuccess: (runId) => void navigate(`/runs/${runId}`) });
  const stopNow = () => stop.mutate(run.id, { onSettled: () => setAsking(false) });
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      <Button
        component={Link}
        to={`/scenarios/${run.scenarioId}`}
        variant="subtle"
        color="gray"
        leftSection={<EditIcon size={13} />}
      >
        Scenario
      </Button>
      <ReportsMenu runId={run.id} />
      <Button
        variant={ended ? "filled" : "default"}
        leftSection={<PlayIcon size={12} />}
        loading={start.isPending}
        onClick={again}
        data-testid="run-again"
      >
        Run again
      </Button>
      {!ended && (
        <Button
          color="red"
          leftSection={<StopIcon size={12} />}
          disabled={run.state === "STOPPING"}
          onClick={() => setAsking(true)}
          data-testid="stop-run"
        >
          Stop
        </Button>
      )}
      <ConfirmDialog
        opened={asking && !ended}
        title="Stop this run?"
        text="All workers stop sending within a second. What was measured so far is kept."
        action="Stop the run"
        busy={stop.isPending}
        onConfirm={stopNow}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

const barColor: Partial<Record<RunView["state"], string>> = {
  COMPLETED: "teal",
  STOPPED: "orange",
  FAILED: "red",
};

function ProgressLine({ run, seconds, kind }: RunHeadProps) {
  const progress = runProgress(run, seconds, kind.iterations);
  const { main, rest } = progressText(run, progress);
  const started = run.startedAt === null ? undefined : new Date(run.startedAt);
  return (
    <>
      <Group justify="space-between" gap="xs" mb={5} fz="xs">
        <span className="num" data-testid="run-progress">
          <b>{main}</b> <span className="dimmed">{rest}</span>
        </span>
        <span className="dimmed" style={{ overflowWrap: "anywhere" }}>
          {started !== undefined && (
            <time dateTime={started.toISOString()}>started {started.toLocaleString()} · </time>
          )}
          run <span className="mono">{run.id}</span>
        </span>
      </Group>
      <Progress
        size={5}
        value={progress.share * 100}
        color={barColor[run.state] ?? "rush"}
        aria-label={
          kind.iterations === null ? "Part of the planned time" : "Part of the iterations"
        }
      />
    </>
  );
}

const toneColor: Record<Tone, string> = {
  neutral: "var(--mantine-color-dimmed)",
  good: "var(--c-teal)",
  warn: "var(--c-amber)",
  bad: "var(--c-red)",
};

function VerdictLine({ run }: { run: RunView }) {
  const { tone, text } = verdictSentence(run);
  const { reasons } = run.verdict;
  return (
    <div style={{ marginTop: 7, fontSize: 13 }} data-testid="run-verdict">
      <span style={{ color: toneColor[tone], fontWeight: 550 }}>{text}</span>
      {reasons.length > 0 && (
        <ul style={{ margin: "3px 0 0", paddingLeft: 18 }}>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
