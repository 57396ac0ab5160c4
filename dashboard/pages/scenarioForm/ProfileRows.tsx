import { type BurstRow, newBurst, newStage, newVuStage, type ProfileValues } from "./formValues.ts";
import { profileTypes } from "./profileTypes.ts";
import { RowList } from "./RowList.tsx";
import type { ScenarioForm } from "./useScenarioForm.ts";

/** Where the next burst may begin without overlapping the last. */
function nextStart(bursts: readonly BurstRow[]): number {
  const last = bursts.at(-1);
  if (last === undefined) return 10;
  return (Number(last.startSecond) || 0) + 2 * (Number(last.durationSeconds) || 5);
}

/** The bursts or stages of a profile that has such. */
export function ProfileRows({ form, profile }: { form: ScenarioForm; profile: ProfileValues }) {
  const spec = profileTypes[profile.type].rows;
  if (spec === undefined) return null;
  const common = { form, fields: spec.fields, path: `loadProfile.${spec.path}` };
  const { bursts, stages, vuStages } = profile;
  switch (spec.list) {
    case "bursts":
      return (
        <RowList
          {...common}
          noun="burst"
          rows={bursts}
          onChange={(rows) => form.patchProfile({ bursts: rows })}
          onAdd={() => newBurst(nextStart(bursts))}
        />
      );
    case "stages":
      return (
        <RowList
          {...common}
          noun="stage"
          rows={stages}
          onChange={(rows) => form.patchProfile({ stages: rows })}
          onAdd={() => newStage(stages.at(-1)?.targetRps ?? 50)}
        />
      );
    case "vuStages":
      return (
        <RowList
          {...common}
          noun="stage"
          rows={vuStages}
          onChange={(rows) => form.patchProfile({ vuStages: rows })}
          onAdd={() => newVuStage(vuStages.at(-1)?.targetVus ?? 50)}
        />
      );
  }
}
