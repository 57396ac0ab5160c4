import { Collapse, SimpleGrid, Stack, Switch, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { FormValues } from "./formValues.ts";
import { NumberField } from "./NumberField.tsx";
import { PacingFields } from "./PacingFields.tsx";
import { advancedPaths } from "./problems.ts";
import { hasArrivals } from "./profileTypes.ts";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface AdvancedFieldsProps {
  form: ScenarioForm;
  values: FormValues;
}

/** What most scenarios leave as it is; opens by itself when something in it is wrong. */
export function AdvancedFields({ form, values }: AdvancedFieldsProps) {
  const [opened, { toggle }] = useDisclosure(false);
  const atFault = advancedPaths(values).some((path) => form.problemAt(path) !== undefined);
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
        <span className="unit">
          {hasArrivals(values.profile.type) ? "arrivals, overload, " : ""}
          pacing, connections, think time, limits
        </span>
      </UnstyledButton>
      <Collapse expanded={open} transitionDuration={120}>
        <Stack gap="md" p={12} pt={2}>
          <PacingFields form={form} values={values} />
          <LimitFields form={form} values={values} />
        </Stack>
      </Collapse>
    </section>
  );
}

function LimitFields({ form, values }: AdvancedFieldsProps) {
  const open = hasArrivals(values.profile.type);
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: open ? 3 : 2 }} spacing="sm">
        {/* Users limit themselves: each has one iteration under way. */}
        {open && (
          <NumberField
            form={form}
            path="maxInFlight"
            label="In-flight limit"
            description="Per worker; see overload for what is due beyond it."
            whole
            step={100}
            value={values.maxInFlight}
            onChange={(maxInFlight) => form.patch({ maxInFlight })}
          />
        )}
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
          description="How long answers may take after the load has ended."
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
    </>
  );
}
