import { Alert, Text, Textarea } from "@mantine/core";
import { AlertIcon } from "../../components/icons.tsx";

interface JsonTabProps {
  text: string;
  error: string | undefined;
  onChange: (text: string) => void;
}

/** The whole document; everything the form has no field for is edited here. */
export function JsonTab({ text, error, onChange }: JsonTabProps) {
  return (
    <div className="panel" style={{ padding: 12 }}>
      <Textarea
        className="code"
        aria-label="Scenario document as JSON"
        autosize
        minRows={20}
        maxRows={46}
        spellCheck={false}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
        data-testid="json-text"
      />
      {error !== undefined && (
        <Alert color="red" icon={<AlertIcon />} mt="xs" py={6}>
          Not valid JSON: {error}
        </Alert>
      )}
      <Text size="xs" c="dimmed" mt="xs">
        Also for <code>steps</code> and <code>workloads</code>, which the form does not show.
      </Text>
    </div>
  );
}
