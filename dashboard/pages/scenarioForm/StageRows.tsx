import { ActionIcon, Button, Input } from "@mantine/core";
import { PlusIcon, TrashIcon } from "../../components/icons.tsx";
import { newStage, type StageRow } from "./formValues.ts";
import { NumberField } from "./NumberField.tsx";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface StageRowsProps {
  form: ScenarioForm;
  stages: readonly StageRow[];
}

const fields = [
  { name: "targetRps", label: "To rate", unit: "/s", step: 10 },
  { name: "durationSeconds", label: "Within", unit: "s", step: 1 },
] as const;

export function StageRows({ form, stages }: StageRowsProps) {
  const change = (index: number, some: Partial<StageRow>) =>
    form.patchProfile({ stages: stages.map((s, i) => (i === index ? { ...s, ...some } : s)) });
  return (
    <fieldset className="rows">
      <legend>Stages</legend>
      {stages.map((stage, i) => (
        <div key={stage.rowId} data-testid="stage-row">
          <div className="row stage">
            {fields.map(({ name, ...field }) => (
              <NumberField
                key={name}
                form={form}
                path={`loadProfile.stages[${i}].${name}`}
                value={stage[name]}
                onChange={(value) => change(i, { [name]: value })}
                {...field}
              />
            ))}
            <ActionIcon
              size={34}
              aria-label={`Remove stage ${i + 1}`}
              onClick={() => form.patchProfile({ stages: stages.filter((_, at) => at !== i) })}
            >
              <TrashIcon />
            </ActionIcon>
          </div>
          <Input.Error>{form.problemAt(`loadProfile.stages[${i}]`)}</Input.Error>
        </div>
      ))}
      <Button
        variant="default"
        leftSection={<PlusIcon size={12} />}
        onClick={() =>
          form.patchProfile({ stages: [...stages, newStage(stages.at(-1)?.targetRps ?? 50)] })
        }
        data-testid="add-stage"
      >
        Add stage
      </Button>
    </fieldset>
  );
}
