import { Collapse, SimpleGrid, Stack, Switch, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Panel } from "../../components/Panel.tsx";
import type { FormValues } from "./formValues.ts";
import { NumberField } from "./NumberField.tsx";
import { ProfileFields } from "./ProfileFields.tsx";
import { RequestFields } from "./RequestFields.tsx";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface FormTabProps {
  form: ScenarioForm;
  values: FormValues;
}

const advancedPaths = ["maxInFlight", "timeouts.requestSeconds", "gracefulStopSeconds"];

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
      <Panel title="Load" note="rates are arrivals per second, over all workers" padded>
        <Stack gap="sm">
          <ProfileFields form={form} profile={values.profile} />
          <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm">
            {values.profile.type !== "STAGES" && (
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
      <Advanced form={form} values={values} />
    </Stack>
  );
}

function Advanced({ form, values }: FormTabProps) {
  const [opened, { toggle }] = useDisclosure(false);
  const atFault = advancedPaths.some((path) => form.problemAt(path) !== undefined);
  const open = opened || atFault;
  return (
    <section className="panel">
      <UnstyledButton
        className="panel-head"
        w="100%"
        onClick={toggle}
        aria-expanded={open}
        data-testid="advanced"
      >
        <span className="chevron">{open ? "▾" : "▸"}</span>
        <h2>Advanced</h2>
        <span className="unit">limits, timeouts, TLS</span>
      </UnstyledButton>
      <Collapse expanded={open} transitionDuration={120}>
        <Stack gap="sm" p={12} pt={2}>
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
            <NumberField
              form={form}
              path="maxInFlight"
              label="In-flight limit"
              description="Per worker; what is due beyond it is dropped and counted."
              whole
              step={100}
              value={values.maxInFlight}
              onChange={(maxInFlight) => form.patch({ maxInFlight })}
            />
            <NumberField
              form={form}
              path="timeouts.requestSeconds"
              label="Request timeout"
              description="A request without an answer by then has failed."
              unit="s"
              value={values.requestSeconds}
              onChange={(requestSeconds) => form.patch({ requestSeconds })}
            />
            <NumberField
              form={form}
              path="gracefulStopSeconds"
              label="Graceful stop"
              description="How long answers may take after the last arrival."
              unit="s"
              value={values.gracefulStopSeconds}
              onChange={(gracefulStopSeconds) => form.patch({ gracefulStopSeconds })}
            />
          </SimpleGrid>
          <Switch
            size="sm"
            label="Accept self-signed certificates of test systems"
            checked={values.acceptSelfSigned}
            onChange={(event) => form.patch({ acceptSelfSigned: event.currentTarget.checked })}
          />
        </Stack>
      </Collapse>
    </section>
  );
}
