import { Button, List, Text } from "@mantine/core";
import { Link } from "react-router";
import { Sparkline } from "../../charts/Sparkline.tsx";
import { PlusIcon } from "../../components/icons.tsx";

const curve = [
  [0, 2],
  [20, 2],
  [45, 9],
  [60, 9],
  [60, 4],
  [100, 4],
].map(([at = 0, value = 0]) => ({ at, value }));

/** The first thing a new user sees: what to do, in order. */
export function NoScenarios() {
  return (
    <div
      className="panel"
      style={{ padding: "28px 24px", maxWidth: 720 }}
      data-testid="no-scenarios"
    >
      <Sparkline points={curve} width={220} height={48} />
      <Text fw={650} size="lg" mt="md">
        No scenario yet
      </Text>
      <Text size="sm" c="dimmed" mb="sm">
        A scenario says what to request, and how the rate changes over time.
      </Text>
      <List type="ordered" size="sm" spacing={4} mb="md">
        <List.Item>Create a scenario: a target URL and a load profile.</List.Item>
        <List.Item>Start a run. Workers share the load and report every second.</List.Item>
        <List.Item>
          Watch rate, latency and errors live; keep the result to compare later.
        </List.Item>
      </List>
      <Button component={Link} to="/scenarios/new" size="sm" leftSection={<PlusIcon />}>
        Create the first scenario
      </Button>
      <Text size="xs" c="dimmed" mt="md">
        From a terminal: <code>./onrush quick http://localhost:3000/ --rps 100 --duration 10s</code>
      </Text>
    </div>
  );
}
