import type { RunView } from "@onrush/shared/api/runView.ts";
import { hasEnded } from "@onrush/shared/run/runState.ts";
import { Alert, Skeleton, Stack } from "@mantine/core";
import { useMemo } from "react";
import { useParams } from "react-router";
import { ApiError } from "../../api/problem.ts";
import { useRun } from "../../api/runs.ts";
import { useScenario } from "../../api/scenarios.ts";
import { ErrorNotice } from "../../components/ErrorNotice.tsx";
import { RefreshIcon } from "../../components/icons.tsx";
import { formatCount } from "@onrush/shared/format/numbers.ts";
import type { LiveSnapshot } from "../../live/liveConnection.ts";
import { useLiveRun } from "../../live/useLiveRun.ts";
import { NotFoundPage } from "../NotFoundPage.tsx";
import { CheckTable } from "./CheckTable.tsx";
import { GroupTable } from "./GroupTable.tsx";
import { OutcomeTable } from "./OutcomeTable.tsx";
import { EventList } from "./EventList.tsx";
import { KpiTiles } from "./KpiTiles.tsx";
import { LedgerPanel } from "./LedgerPanel.tsx";
import { RunChartsSection } from "./RunChartsSection.tsx";
import { RunHead } from "./RunHead.tsx";
import { runHealth } from "./runHealth.ts";
import { runKind } from "./runKind.ts";
import { SlaTable } from "./SlaTable.tsx";
import { ShareTable } from "./ShareTable.tsx";
import { StepTable } from "./StepTable.tsx";
import { WorkerHealthTable } from "./WorkerHealthTable.tsx";

export default function RunPage() {
  const { id = "" } = useParams();
  const run = useRun(id);
  if (run.error instanceof ApiError && run.error.status === 404) return <NotFoundPage what="run" />;
  if (run.data === undefined) {
    if (run.error === null) return <Skeleton h={480} />;
    return <ErrorNotice error={run.error} onRetry={() => void run.refetch()} />;
  }
  return <LiveRunPage key={id} first={run.data} />;
}

/** A run as the live stream tells it; `first` until the stream has spoken. */
function LiveRunPage({ first }: { first: RunView }) {
  const live = useLiveRun(first.id);
  const { seconds } = live;
  const run = live.run ?? first;
  const ended = hasEnded(run.state);
  const scenario = useScenario(run.scenarioId);
  const kind = useMemo(() => runKind(run, seconds, scenario.data), [run, seconds, scenario.data]);
  const health = useMemo(() => runHealth(seconds, ended), [seconds, ended]);
  return (
    <Stack gap={8}>
      <RunHead run={run} seconds={seconds} kind={kind} />
      <LinkNotice live={live} ended={ended} />
      <KpiTiles run={run} seconds={seconds} kind={kind} />
      <SlaTable run={run} />
      <RunChartsSection
        seconds={seconds}
        plannedSeconds={run.plannedSeconds}
        ended={ended}
        kind={kind}
        summary={run.summary}
        sla={run.sla}
      />
      <div className="split">
        <LedgerPanel
          ledger={run.ledger}
          requestsMaybeSent={run.summary?.requests.maybeSent ?? 0}
          refusedReports={run.refusedReports}
          ended={ended}
        />
        <EventList events={run.events} startedAt={run.startedAt} />
      </div>
      <StepTable run={run} seconds={seconds} />
      <GroupTable run={run} />
      <OutcomeTable run={run} />
      <CheckTable run={run} />
      <WorkerHealthTable health={health} />
      <ShareTable shares={run.shares} />
    </Stack>
  );
}

function LinkNotice({ live, ended }: { live: LiveSnapshot; ended: boolean }) {
  const { link, refused } = live;
  return (
    <div aria-live="polite">
      {link === "reconnecting" && (
        <Alert color="yellow" icon={<RefreshIcon />} py={6} data-testid="reconnecting">
          Lost the live connection to the controller; reconnecting.{" "}
          {ended ? "" : "The run itself goes on; the numbers below stand still until then."}
        </Alert>
      )}
      {refused > 0 && (
        <Alert color="red" py={6}>
          {formatCount(refused)} live messages were not understood and are missing below. Are
          dashboard and controller one version?
        </Alert>
      )}
    </div>
  );
}
