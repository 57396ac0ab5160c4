import { Input, SegmentedControl, SimpleGrid, Stack } from "@mantine/core";
import {
  aboutOf,
  arrivalChoices,
  type Choice,
  connectionChoices,
  overloadChoices,
  pacingChoices,
} from "./choices.ts";
import type { FormValues } from "./formValues.ts";
import { NumberField } from "./NumberField.tsx";
import { hasArrivals } from "./profileTypes.ts";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface PacingFieldsProps {
  form: ScenarioForm;
  values: FormValues;
}

/** How iterations begin and wait; what the profile cannot follow is not there. */
export function PacingFields({ form, values }: PacingFieldsProps) {
  const open = hasArrivals(values.profile.type);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      {open && (
        <ChoiceField
          form={form}
          path="arrival"
          label="Arrivals"
          choices={arrivalChoices}
          value={values.arrival}
          onChange={(arrival) => form.patch({ arrival })}
        />
      )}
      <ChoiceField
        form={form}
        path="pacing"
        label="Pacing"
        choices={pacingChoices}
        value={values.pacing}
        onChange={(pacing) => form.patch({ pacing })}
      />
      {open && <OverloadFields form={form} values={values} />}
      <ConnectionFields form={form} values={values} open={open} />
      <ThinkTimeField form={form} values={values} open={open} />
      <NumberField
        form={form}
        path="seed"
        label="Seed"
        description="What is drawn at random is the same for the same seed."
        whole
        value={values.seed}
        onChange={(seed) => form.patch({ seed })}
      />
    </SimpleGrid>
  );
}

function OverloadFields({ form, values }: PacingFieldsProps) {
  return (
    <Stack gap="xs">
      <ChoiceField
        form={form}
        path="overload"
        label="Overload"
        choices={overloadChoices}
        value={values.overload}
        onChange={(overload) => form.patch({ overload })}
      />
      {values.overload === "queue" && (
        <NumberField
          form={form}
          path="overload.maxDelaySeconds"
          label="Waits at most"
          unit="s"
          value={values.maxDelaySeconds}
          onChange={(maxDelaySeconds) => form.patch({ maxDelaySeconds })}
        />
      )}
    </Stack>
  );
}

function ConnectionFields({ form, values, open }: PacingFieldsProps & { open: boolean }) {
  const choices = connectionChoices(open);
  const known = choices.some(({ value }) => value === values.connections);
  const limited = values.connections === "limited";
  return (
    <Stack gap="xs">
      <ChoiceField
        form={form}
        // A wrong number is told at the number.
        path={limited ? "" : "connections"}
        label="Connections"
        choices={choices}
        value={known ? values.connections : "shared"}
        onChange={(connections) => form.patch({ connections })}
      />
      {limited && (
        <NumberField
          form={form}
          path="connections"
          label="At most per worker and host"
          whole
          step={10}
          value={values.connectionLimit}
          onChange={(connectionLimit) => form.patch({ connectionLimit })}
        />
      )}
    </Stack>
  );
}

function ThinkTimeField({ form, values, open }: PacingFieldsProps & { open: boolean }) {
  const distributed = "thinkTimeSeconds" in values.rest;
  const after = open ? "After each step but the last." : "After each step, also the last.";
  return (
    <NumberField
      form={form}
      path="thinkTimeSeconds"
      label="Think time"
      unit="s"
      step={0.1}
      description={distributed ? "A distribution; it is edited as JSON." : after}
      placeholder={distributed ? "distribution" : "none"}
      disabled={distributed}
      value={values.thinkTimeSeconds}
      onChange={(thinkTimeSeconds) => form.patch({ thinkTimeSeconds })}
    />
  );
}

interface ChoiceFieldProps<Value extends string> {
  form: ScenarioForm;
  path: string;
  label: string;
  choices: readonly Choice<Value>[];
  value: Value;
  onChange: (value: Value) => void;
}

function ChoiceField<Value extends string>(props: ChoiceFieldProps<Value>) {
  const { form, path, label, choices, value, onChange } = props;
  return (
    <Input.Wrapper
      label={label}
      description={aboutOf(choices, value)}
      error={form.problemAt(path)}
      inputWrapperOrder={["label", "input", "description", "error"]}
    >
      <SegmentedControl
        fullWidth
        aria-label={label}
        data={choices.map((choice) => ({ value: choice.value, label: choice.label }))}
        value={value}
        onChange={onChange}
        data-testid={`choice-${label.toLowerCase()}`}
      />
    </Input.Wrapper>
  );
}
