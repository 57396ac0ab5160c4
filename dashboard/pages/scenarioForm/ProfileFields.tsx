import { Input, SegmentedControl, SimpleGrid } from "@mantine/core";
import { BurstRows } from "./BurstRows.tsx";
import type { ProfileValues } from "./formValues.ts";
import { NumberField } from "./NumberField.tsx";
import { StageRows } from "./StageRows.tsx";
import type { ScenarioForm } from "./useScenarioForm.ts";

const types: { value: ProfileValues["type"]; label: string; about: string }[] = [
  { value: "CONSTANT", label: "Constant", about: "One rate from beginning to end." },
  { value: "RAMP", label: "Ramp", about: "The rate grows (or falls) steadily, then holds." },
  { value: "BURST", label: "Burst", about: "A base rate that bursts replace for a while." },
  { value: "SPIKE", label: "Spike", about: "A base rate with one spike." },
  { value: "STAGES", label: "Stages", about: "Ramps and plateaus, one after the other." },
];

interface ProfileFieldsProps {
  form: ScenarioForm;
  profile: ProfileValues;
}

export function ProfileFields({ form, profile }: ProfileFieldsProps) {
  const about = types.find((type) => type.value === profile.type)?.about;
  return (
    <>
      <Input.Wrapper
        label="Shape"
        description={about}
        inputWrapperOrder={["label", "input", "description"]}
      >
        <SegmentedControl
          fullWidth
          data={types.map(({ value, label }) => ({ value, label }))}
          value={profile.type}
          onChange={(type) => form.patchProfile({ type })}
          data-testid="profile-type"
          aria-label="Shape of the load"
        />
      </Input.Wrapper>
      <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm">
        <RateFields form={form} profile={profile} />
      </SimpleGrid>
      {profile.type === "BURST" && <BurstRows form={form} bursts={profile.bursts} />}
      {profile.type === "STAGES" && <StageRows form={form} stages={profile.stages} />}
    </>
  );
}

const baseLabel: Record<ProfileValues["type"], string> = {
  CONSTANT: "Rate",
  RAMP: "From",
  BURST: "Base rate",
  SPIKE: "Base rate",
  STAGES: "Starting rate",
};

function RateFields({ form, profile }: ProfileFieldsProps) {
  const field = (
    name:
      | "initialRps"
      | "targetRps"
      | "spikeRps"
      | "rampUpSeconds"
      | "spikeStartSecond"
      | "spikeDurationSeconds",
    label: string,
  ) => (
    <NumberField
      key={name}
      form={form}
      path={`loadProfile.${name}`}
      label={label}
      unit={name.endsWith("Rps") ? "/s" : "s"}
      step={name.endsWith("Rps") ? 10 : 1}
      value={profile[name]}
      onChange={(value) => form.patchProfile({ [name]: value })}
    />
  );
  const base = field("initialRps", baseLabel[profile.type]);
  if (profile.type === "RAMP") {
    return [base, field("targetRps", "To"), field("rampUpSeconds", "Ramp time")];
  }
  if (profile.type === "SPIKE") {
    return [
      base,
      field("spikeRps", "Spike rate"),
      field("spikeStartSecond", "Spike starts at"),
      field("spikeDurationSeconds", "Spike lasts"),
    ];
  }
  return base;
}
