import { Button, Pagination, Skeleton } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useRuns } from "../../api/runs.ts";
import { PAGE_SIZE, useScenarios } from "../../api/scenarios.ts";
import { ErrorNotice } from "../../components/ErrorNotice.tsx";
import { PlusIcon } from "../../components/icons.tsx";
import { PageHead } from "../../components/PageHead.tsx";
import { Panel } from "../../components/Panel.tsx";
import { RunTable } from "../../components/RunTable.tsx";
import { useNow } from "../../components/useNow.ts";
import { latestRuns } from "./latestRuns.ts";
import { NoScenarios } from "./NoScenarios.tsx";
import { ScenarioTable } from "./ScenarioTable.tsx";

/** As many runs as are asked for to find each scenario's latest. */
const RUNS_ASKED = 100;
const RUNS_SHOWN = 8;

export function ScenarioListPage() {
  const [page, setPage] = useState(1);
  const nowMs = useNow(5_000);
  const scenarios = useScenarios(page);
  const runs = useRuns(RUNS_ASKED);
  const pages = Math.ceil((scenarios.data?.total ?? 0) / PAGE_SIZE);
  const recent = runs.data?.items ?? [];
  return (
    <>
      <PageHead title="Scenarios">
        <Button
          component={Link}
          to="/scenarios/new"
          leftSection={<PlusIcon />}
          data-testid="new-scenario"
        >
          New scenario
        </Button>
      </PageHead>
      {scenarios.error !== null && (
        <ErrorNotice error={scenarios.error} onRetry={() => void scenarios.refetch()} />
      )}
      {scenarios.isPending && <Skeleton h={180} />}
      {scenarios.data?.total === 0 && <NoScenarios />}
      {scenarios.data !== undefined && scenarios.data.total > 0 && (
        <ScenarioTable scenarios={scenarios.data.items} latest={latestRuns(recent)} nowMs={nowMs} />
      )}
      {pages > 1 && <Pagination mt="sm" size="sm" total={pages} value={page} onChange={setPage} />}
      {recent.length > 0 && (
        <div style={{ marginTop: 16 }}>
          <Panel
            title="Recent runs"
            testId="recent-runs"
            controls={
              <Link to="/runs" className="link" style={{ fontSize: 13 }}>
                All {runs.data?.total} runs
              </Link>
            }
          >
            <RunTable runs={recent.slice(0, RUNS_SHOWN)} nowMs={nowMs} />
          </Panel>
        </div>
      )}
    </>
  );
}
