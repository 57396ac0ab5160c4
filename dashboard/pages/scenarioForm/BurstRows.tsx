import { ActionIcon, Button, Input } from "@mantine/core";
import { PlusIcon, TrashIcon } from "../../components/icons.tsx";
import { type BurstRow, newBurst } from "./formValues.ts";
import { NumberField } from "./NumberField.tsx";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface BurstRowsProps {
  form: ScenarioForm;
  bursts: readonly BurstRow[];
}

const fields = [
  { name: "startSecond", label: "Starts at", unit: "s", step: 1 },
  { name: "durationSeconds", label: "Lasts", unit: "s", step: 1 },
  { name: "rps", label: "Rate", unit: "/s", step: 10 },
  { name: "repeatEverySeconds", label: "Again every", unit: "s", step: 1 },
] as const;

/** Where the next burst may begin without overlapping the last. */
function nextStart(bursts: readonly BurstRow[]): number {
  const last = bursts.at(-1);
  if (last === undefined) return 10;
  return (Number(last.startSecond) || 0) + 2 * (Number(last.durationSeconds) || 5);
}

export function BurstRows({ form, bursts }: BurstRowsProps) {
  const change = (index: number, some: Partial<BurstRow>) =>
    form.patchProfile({ bursts: bursts.map((b, i) => (i === index ? { ...b, ...some } : b)) });
  return (
    <fieldset className="rows">
      <legend>Bursts</legend>
      {bursts.map((burst, i) => (
        <div key={burst.rowId} data-testid="burst-row">
          <div className="row burst">
            {fields.map(({ name, ...field }) => (
              <NumberField
                key={name}
                form={form}
                path={`loadProfile.bursts[${i}].${name}`}
                value={burst[name]}
                onChange={(value) => change(i, { [name]: value })}
                placeholder={name === "repeatEverySeconds" ? "once" : ""}
                {...field}
              />
            ))}
            <ActionIcon
              size={34}
              aria-label={`Remove burst ${i + 1}`}
              onClick={() => form.patchProfile({ bursts: bursts.filter((_, at) => at !== i) })}
              data-testid="remove-burst"
            >
              <TrashIcon />
            </ActionIcon>
          </div>
          <Input.Error>{form.problemAt(`loadProfile.bursts[${i}]`)}</Input.Error>
        </div>
      ))}
      <Button
        variant="default"
        leftSection={<PlusIcon size={12} />}
        onClick={() => form.patchProfile({ bursts: [...bursts, newBurst(nextStart(bursts))] })}
        data-testid="add-burst"
      >
        Add burst
      </Button>
    </fieldset>
  );
}
