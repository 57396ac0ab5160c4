import { ActionIcon, Button, Input } from "@mantine/core";
import { PlusIcon, TrashIcon } from "../../components/icons.tsx";
import type { NumberText } from "./formValues.ts";
import { NumberField } from "./NumberField.tsx";
import type { FieldSpec } from "./profileTypes.ts";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface RowListProps<Row extends { rowId: number }> {
  form: ScenarioForm;
  /** Path of the list in the document. */
  path: string;
  /** One of them, for labels: "burst". */
  noun: string;
  fields: readonly FieldSpec[];
  rows: readonly Row[];
  onChange: (rows: Row[]) => void;
  onAdd: () => Row;
}

/** A list of bursts or stages: a line of numbers each. */
export function RowList<Row extends { rowId: number }>(props: RowListProps<Row>) {
  const { form, path, noun, fields, rows, onChange, onAdd } = props;
  const change = (index: number, name: string, value: NumberText) =>
    onChange(rows.map((row, i) => (i === index ? { ...row, [name]: value } : row)));
  return (
    <fieldset className="rows">
      <legend>{`${noun[0]?.toUpperCase() ?? ""}${noun.slice(1)}s`}</legend>
      {rows.map((row, i) => (
        <div key={row.rowId} data-testid={`${noun}-row`}>
          <div className={`row ${noun}`}>
            {fields.map(({ name, ...field }) => (
              <NumberField
                key={name}
                form={form}
                path={`${path}[${i}].${name}`}
                value={(row as unknown as Record<string, NumberText>)[name] ?? ""}
                onChange={(value) => change(i, name, value)}
                {...field}
              />
            ))}
            <ActionIcon
              size={34}
              aria-label={`Remove ${noun} ${i + 1}`}
              onClick={() => onChange(rows.filter((_, at) => at !== i))}
              data-testid={`remove-${noun}`}
            >
              <TrashIcon />
            </ActionIcon>
          </div>
          <Input.Error>{form.problemAt(`${path}[${i}]`)}</Input.Error>
        </div>
      ))}
      <Input.Error>{form.problemAt(path)}</Input.Error>
      <Button
        variant="default"
        leftSection={<PlusIcon size={12} />}
        onClick={() => onChange([...rows, onAdd()])}
        data-testid={`add-${noun}`}
      >
        Add {noun}
      </Button>
    </fieldset>
  );
}
