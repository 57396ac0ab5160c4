import { definesLength } from "@onrush/shared/scenario/loadProfile.ts";
import { SimpleGrid, Stack, TextInput } from "@mantine/core";
import { Panel } from "../../components/Panel.tsx";
import { AdvancedFields } from "./AdvancedFields.tsx";
import type { FormValues } from "./formValues.ts";
import { NumberField } from "./NumberField.tsx";
import { ProfileFields } from "./ProfileFields.tsx";
import { RequestFields } from "./RequestFields.tsx";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface FormTabProps {
  form: ScenarioForm;
  values: FormValues;
}

export function FormTab({ form, values }: FormTabProps) {
  return (
    <Stack gap={8}>
      <Panel title="Request" padded>
        <Stack gap="sm">
          <TextInput
            label="Name"
            placeholder="Marketing campaign launch"
            value={values.name}
            onChange={(event) => form.patch({ name: event.currentTarget.value })}
            onBlur={() => form.visit("name")}
            error={form.problemAt("name")}
            required
            data-testid="field-name"
          />
          <RequestFields form={form} values={values} />
        </Stack>
      </Panel>
      <Panel title="Load" note="totals over all workers" padded>
        <Stack gap="sm">
          <ProfileFields form={form} profile={values.profile} />
          <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm">
            {!definesLength(values.profile.type) && (
              <NumberField
                form={form}
                path="durationSeconds"
                label="Duration"
                unit="s"
                step={10}
                value={values.durationSeconds}
                onChange={(durationSeconds) => form.patch({ durationSeconds })}
              />
            )}
            <NumberField
              form={form}
              path="numWorkers"
              label="Workers"
              whole
              value={values.numWorkers}
              onChange={(numWorkers) => form.patch({ numWorkers })}
            />
          </SimpleGrid>
        </Stack>
      </Panel>
      <AdvancedFields form={form} values={values} />
    </Stack>
  );
}
