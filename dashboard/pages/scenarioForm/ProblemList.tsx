import type { ProblemDocument } from "@onrush/shared/api/problem.ts";
import { Alert, List } from "@mantine/core";
import { AlertIcon } from "../../components/icons.tsx";
import type { Problem } from "./problems.ts";

interface ProblemListProps {
  problems: readonly Problem[];
  refusal: ProblemDocument | undefined;
}

/** Problems that no field shows. */
export function ProblemList({ problems, refusal }: ProblemListProps) {
  if (problems.length === 0 && refusal === undefined) return null;
  const title =
    refusal === undefined ? "This scenario cannot run yet" : (refusal.detail ?? refusal.title);
  return (
    <Alert color="red" icon={<AlertIcon />} title={title} data-testid="problem-list" mb={8}>
      <List size="sm" spacing={2}>
        {problems.map(({ path, message }) => (
          <List.Item key={path + message}>
            {path !== "" && <code>{path}</code>} {message}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
