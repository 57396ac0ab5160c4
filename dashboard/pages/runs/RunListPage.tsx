import { Pagination, Skeleton, Text } from "@mantine/core";
import { useState } from "react";
import { useRuns } from "../../api/runs.ts";
import { ErrorNotice } from "../../components/ErrorNotice.tsx";
import { PageHead } from "../../components/PageHead.tsx";
import { RunTable } from "../../components/RunTable.tsx";
import { useNow } from "../../components/useNow.ts";

const PER_PAGE = 30;

export default function RunListPage() {
  const [page, setPage] = useState(1);
  const nowMs = useNow(5_000);
  const runs = useRuns(PER_PAGE, (page - 1) * PER_PAGE);
  const pages = Math.ceil((runs.data?.total ?? 0) / PER_PAGE);
  return (
    <>
      <PageHead title="Runs" />
      {runs.error !== null && <ErrorNotice error={runs.error} />}
      {runs.isPending && <Skeleton h={160} />}
      {runs.data !== undefined && (
        <div className="panel">
          {runs.data.items.length === 0 ? (
            <Text size="sm" p="md" c="dimmed">
              No run yet. Start one from a scenario.
            </Text>
          ) : (
            <RunTable runs={runs.data.items} nowMs={nowMs} />
          )}
        </div>
      )}
      {pages > 1 && <Pagination mt="sm" size="sm" total={pages} value={page} onChange={setPage} />}
    </>
  );
}
