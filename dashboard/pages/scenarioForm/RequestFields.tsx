import {
  ActionIcon,
  Button,
  Group,
  Input,
  SegmentedControl,
  Select,
  Textarea,
  TextInput,
} from "@mantine/core";
import { PlusIcon, TrashIcon } from "../../components/icons.tsx";
import { type FormValues, hasBody, type HeaderRow, methods, newRowId } from "./formValues.ts";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface FieldsProps {
  form: ScenarioForm;
  values: FormValues;
}

/** What is sent: method, URL, headers, body. */
export function RequestFields({ form, values }: FieldsProps) {
  return (
    <>
      <div className="row url">
        <Select
          label="Method"
          data={methods}
          value={values.method}
          allowDeselect={false}
          onChange={(method) => form.patch({ method: method ?? "GET" })}
          error={form.problemAt("method")}
          data-testid="field-method"
        />
        <TextInput
          label="Target URL"
          placeholder="https://api.example.com/register"
          type="url"
          inputMode="url"
          value={values.targetUrl}
          onChange={(event) => form.patch({ targetUrl: event.currentTarget.value.trim() })}
          onBlur={() => form.visit("targetUrl")}
          error={form.problemAt("targetUrl")}
          required
          data-testid="field-targetUrl"
        />
      </div>
      <HeaderRows form={form} headers={values.headers} />
      {hasBody(values.method) && <BodyField form={form} values={values} />}
    </>
  );
}

function HeaderRows({ form, headers }: { form: ScenarioForm; headers: readonly HeaderRow[] }) {
  const change = (rowId: number, some: Partial<HeaderRow>) =>
    form.patch({ headers: headers.map((h) => (h.rowId === rowId ? { ...h, ...some } : h)) });
  return (
    <fieldset className="rows">
      <legend>Headers</legend>
      {headers.map(({ rowId, name, value }, i) => (
        <div className="row header" key={rowId} data-testid="header-row">
          <TextInput
            aria-label={`Name of header ${i + 1}`}
            placeholder="Name"
            value={name}
            onChange={(event) => change(rowId, { name: event.currentTarget.value.trim() })}
            error={form.problemAt(`headers.${name}`)}
          />
          <TextInput
            aria-label={`Value of header ${i + 1}`}
            placeholder="Value"
            value={value}
            onChange={(event) => change(rowId, { value: event.currentTarget.value })}
          />
          <ActionIcon
            size={34}
            aria-label={`Remove header ${i + 1}`}
            onClick={() => form.patch({ headers: headers.filter((h) => h.rowId !== rowId) })}
          >
            <TrashIcon />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        leftSection={<PlusIcon size={12} />}
        onClick={() =>
          form.patch({ headers: [...headers, { rowId: newRowId(), name: "", value: "" }] })
        }
        data-testid="add-header"
      >
        Add header
      </Button>
    </fieldset>
  );
}

function BodyField({ form, values }: FieldsProps) {
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Input.Label htmlFor="body">Body</Input.Label>
        <SegmentedControl
          aria-label="How the body is sent"
          data={[
            { value: "text", label: "Text, as it stands" },
            { value: "json", label: "JSON" },
          ]}
          value={values.bodyKind}
          onChange={(bodyKind) => form.patch({ bodyKind })}
        />
      </Group>
      <Textarea
        id="body"
        className="code"
        autosize
        minRows={4}
        maxRows={16}
        spellCheck={false}
        placeholder={values.bodyKind === "json" ? '{ "email": "a@example.com" }' : ""}
        value={values.body}
        onChange={(event) => form.patch({ body: event.currentTarget.value })}
        error={form.problemAt("body")}
        data-testid="field-body"
      />
    </div>
  );
}
