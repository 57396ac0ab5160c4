import type { RunView } from "@onrush/shared/api/runView.ts";
import type { StoredScenario } from "@onrush/shared/api/scenarioApi.ts";
import { ActionIcon, Button, Table, Tooltip } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useDeleteScenario, useStartRun } from "../../api/scenarios.ts";
import { scenarioCurves } from "../../charts/curves.ts";
import { Sparkline } from "../../charts/Sparkline.tsx";
import { ConcernBadges, StateBadge } from "../../components/badges.tsx";
import { ConfirmDialog } from "../../components/ConfirmDialog.tsx";
import { ErrorNotice } from "../../components/ErrorNotice.tsx";
import { EditIcon, PlayIcon, TrashIcon } from "../../components/icons.tsx";
import { formatAgo, formatDuration } from "@onrush/shared/format/numbers.ts";
import { scenarioFacts } from "./scenarioFacts.ts";

interface ScenarioTableProps {
  scenarios: readonly StoredScenario[];
  latest: ReadonlyMap<string, RunView>;
  nowMs: number;
}

export function ScenarioTable({ scenarios, latest, nowMs }: ScenarioTableProps) {
  const navigate = useNavigate();
  const start = useStartRun();
  const remove = useDeleteScenario();
  const [doomed, setDoomed] = useState<StoredScenario>();
  const error = start.error ?? remove.error;
  const startRun = (id: string) =>
    start.mutate(id, { onSuccess: (runId) => void navigate(`/runs/${runId}`) });
  const confirmDelete = () => {
    if (doomed !== undefined) remove.mutate(doomed.id, { onSettled: () => setDoomed(undefined) });
  };
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      <div className="panel">
        <Table.ScrollContainer minWidth={340} type="native">
          <Table highlightOnHover aria-label="Scenarios">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th visibleFrom="md">Target</Table.Th>
                <Table.Th visibleFrom="xs">Load profile</Table.Th>
                <Table.Th className="right" visibleFrom="sm">
                  Duration
                </Table.Th>
                <Table.Th className="right" visibleFrom="sm">
                  Workers
                </Table.Th>
                <Table.Th>Latest run</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {scenarios.map((scenario) => (
                <ScenarioRow
                  key={scenario.id}
                  scenario={scenario}
                  run={latest.get(scenario.id)}
                  nowMs={nowMs}
                  starting={start.isPending && start.variables === scenario.id}
                  onStart={() => startRun(scenario.id)}
                  onDelete={() => setDoomed(scenario)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </div>
      <ConfirmDialog
        opened={doomed !== undefined}
        title="Delete this scenario?"
        text={`"${doomed?.name ?? ""}" will be gone. Its runs and their results stay.`}
        action="Delete"
        busy={remove.isPending}
        onConfirm={confirmDelete}
        onClose={() => setDoomed(undefined)}
      />
    </>
  );
}

interface ScenarioRowProps {
  scenario: StoredScenario;
  run: RunView | undefined;
  nowMs: number;
  starting: boolean;
  onStart: () => void;
  onDelete: () => void;
}

function ScenarioRow({ scenario, run, nowMs, starting, onStart, onDelete }: ScenarioRowProps) {
  const facts = useMemo(() => scenarioFacts(scenario), [scenario]);
  const { rate, users } = useMemo(() => scenarioCurves(scenario), [scenario]);
  const curveWidth = rate.length > 0 && users.length > 0 ? 43 : 96;
  const { name, id } = scenario;
  return (
    <Table.Tr data-testid="scenario-row" data-scenario-id={id}>
      <Table.Td>
        <Link to={`/scenarios/${id}`} className="plain">
          {name}
        </Link>
      </Table.Td>
      <Table.Td visibleFrom="md" style={{ maxWidth: 300 }}>
        <Target {...facts} />
      </Table.Td>
      <Table.Td visibleFrom="xs">
        <div style={{ display: "flex", alignItems: "center", gap: 10 }}>
          {rate.length > 0 && (
            <Sparkline points={rate} label={`Rate over time of ${name}`} width={curveWidth} />
          )}
          {users.length > 0 && (
            <Sparkline
              points={users}
              label={`Users over time of ${name}`}
              color="var(--c-teal)"
              width={curveWidth}
            />
          )}
          <span className="dimmed" style={{ fontSize: 12 }}>
            {facts.profile}
          </span>
        </div>
      </Table.Td>
      <Table.Td className="right num" visibleFrom="sm">
        {facts.mayEndEarly ? "≤ " : ""}
        {formatDuration(facts.durationSeconds)}
      </Table.Td>
      <Table.Td className="right num" visibleFrom="sm">
        {scenario.numWorkers}
      </Table.Td>
      <Table.Td>
        {run === undefined ? (
          <span className="dimmed">never run</span>
        ) : (
          <LatestRun run={run} nowMs={nowMs} />
        )}
      </Table.Td>
      <Table.Td>
        <div className="row-actions">
          <Button
            variant="light"
            leftSection={<PlayIcon size={12} />}
            loading={starting}
            onClick={onStart}
            aria-label={`Start a run of ${name}`}
            data-testid="start-run"
          >
            <span className="wide">Run</span>
          </Button>
          <Tooltip label="Edit">
            <ActionIcon
              component={Link}
              to={`/scenarios/${id}`}
              size={30}
              aria-label={`Edit ${name}`}
            >
              <EditIcon />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Delete">
            <ActionIcon
              size={30}
              onClick={onDelete}
              aria-label={`Delete ${name}`}
              data-testid="delete-scenario"
            >
              <TrashIcon />
            </ActionIcon>
          </Tooltip>
        </div>
      </Table.Td>
    </Table.Tr>
  );
}

function Target({ method, target, moreSteps }: ReturnType<typeof scenarioFacts>) {
  return (
    <div className="mono" style={{ display: "flex", gap: 8, fontSize: 12 }}>
      <b style={{ color: "var(--c-blue)" }}>{method}</b>
      <span
        style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}
        title={target}
      >
        {target}
      </span>
      {moreSteps > 0 && <span className="dimmed num">+{moreSteps}</span>}
    </div>
  );
}

function LatestRun({ run, nowMs }: { run: RunView; nowMs: number }) {
  return (
    <Link to={`/runs/${run.id}`} className="latest num">
      <StateBadge state={run.state} />
      <ConcernBadges run={run} />
      <span className="dimmed">{formatAgo(Math.max(0, nowMs - Date.parse(run.createdAt)))}</span>
    </Link>
  );
}
