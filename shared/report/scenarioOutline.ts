import { z } from "zod";
import { plainUrl } from "../format/plainUrl.ts";
import { profileText } from "../format/profileText.ts";
import { loadDurationMs } from "../scenario/load.ts";
import type { Scenario } from "../scenario/scenarioSchema.ts";
import { maskSecrets } from "../scenario/secrets.ts";
import { scenarioWorkloads } from "../scenario/workloads.ts";
import { fingerprint } from "./fingerprint.ts";

/**
 * What a report says of a scenario: what was asked, and how often. Headers, bodies, queries and
 * user names are not in it, as a report goes to people who may not have them.
 */
export const scenarioOutlineSchema = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    workloads: z.array(
      z.object({
        name: z.string(),
        load: z.string().meta({ description: "The load profile in a few words." }),
        startSecond: z.number().nonnegative(),
        steps: z.array(z.object({ name: z.string(), method: z.string(), url: z.string() })),
      }),
    ),
    fingerprints: z.record(z.string(), z.string()).meta({
      description: "Of each field of the scenario: equal ones had equal fields.",
    }),
  })
  .meta({ id: "ScenarioOutline" });
export type ScenarioOutline = z.infer<typeof scenarioOutlineSchema>;

/** Names do not change what is asked. */
const unlike = new Set(["id", "ownerId", "createdAt", "updatedAt", "name", "description"]);

export function scenarioOutline(scenario: Scenario): ScenarioOutline {
  const shown = maskSecrets(scenario);
  const profiles = shown.workloads?.map((w) => w.loadProfile) ?? [shown.loadProfile];
  const workloads = scenarioWorkloads(shown).map(({ name, startMs, load, steps }, i) => {
    const profile = profiles[i];
    return {
      name,
      load: profile === undefined ? "" : profileText(profile, loadDurationMs(load) / 1000),
      startSecond: startMs / 1000,
      steps: steps.map((step) => ({
        ...{ name: step.name, method: step.method, url: plainUrl(step.url) },
      })),
    };
  });
  const fields = Object.entries(shown).filter(([key]) => !unlike.has(key));
  return {
    name: shown.name,
    description: shown.description ?? null,
    workloads,
    fingerprints: Object.fromEntries(fields.map(([key, value]) => [key, fingerprint(value)])),
  };
}
