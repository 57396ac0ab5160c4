import { Alert, Button, List } from "@mantine/core";
import { ApiError } from "../api/problem.ts";
import { AlertIcon } from "./icons.tsx";

/** What went wrong, every problem the controller named, and a way to try again. */
export function ErrorNotice({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const problems = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return (
    <Alert
      color="red"
      icon={<AlertIcon />}
      title={error.message}
      data-testid="error-notice"
      my="xs"
    >
      {problems.length > 0 && (
        <List size="sm">
          {problems.map(({ path, message }) => (
            <List.Item key={path + message}>
              {path !== "" && <code>{path}</code>} {message}
            </List.Item>
          ))}
        </List>
      )}
      {onRetry !== undefined && (
        <Button variant="light" color="red" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
