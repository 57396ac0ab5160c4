import { Input, SegmentedControl, SimpleGrid, Stack } from "@mantine/core";
import { useState } from "react";
import type { ProfileType, ProfileValues } from "./formValues.ts";
import { NumberField } from "./NumberField.tsx";
import { ProfileRows } from "./ProfileRows.tsx";
import { type ProfileGroup, profileGroups, profileTypes, typesOf } from "./profileTypes.ts";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface ProfileFieldsProps {
  form: ScenarioForm;
  profile: ProfileValues;
}

/** First who decides when work begins, then its shape over time, then the numbers. */
export function ProfileFields({ form, profile }: ProfileFieldsProps) {
  const { fields } = profileTypes[profile.type];
  return (
    <>
      <TypeChoice form={form} profile={profile} />
      <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm">
        {fields.map(({ name, ...field }) => (
          <NumberField
            key={name}
            form={form}
            path={`loadProfile.${name}`}
            value={profile[name]}
            onChange={(value) => form.patchProfile({ [name]: value })}
            {...field}
          />
        ))}
      </SimpleGrid>
      <ProfileRows form={form} profile={profile} />
    </>
  );
}

function TypeChoice({ form, profile }: ProfileFieldsProps) {
  const { group, about } = profileTypes[profile.type];
  // Coming back to a group finds the shape that was left there.
  const [last, setLast] = useState<Record<ProfileGroup, ProfileType>>({
    ...{ rate: "CONSTANT", users: "VUS" },
  });
  const choose = (type: ProfileType) => {
    setLast({ ...last, [group]: profile.type, [profileTypes[type].group]: type });
    form.patchProfile({ type });
  };
  return (
    <Stack gap="xs">
      <Input.Wrapper
        description={profileGroups.find(({ value }) => value === group)?.about}
        inputWrapperOrder={["input", "description"]}
      >
        <SegmentedControl
          fullWidth
          data={profileGroups.map(({ value, label }) => ({ value, label }))}
          value={group}
          onChange={(value) => choose(last[value])}
          data-testid="profile-group"
          aria-label="What the load is given by"
        />
      </Input.Wrapper>
      <Input.Wrapper
        label="Shape"
        description={about}
        error={form.problemAt("loadProfile")}
        inputWrapperOrder={["label", "input", "description", "error"]}
      >
        <SegmentedControl
          fullWidth
          data={typesOf(group).map((value) => ({ value, label: profileTypes[value].label }))}
          value={profile.type}
          onChange={choose}
          data-testid="profile-type"
          aria-label="Shape of the load"
        />
      </Input.Wrapper>
    </Stack>
  );
}
