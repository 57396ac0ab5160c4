import { storedScenarioSchema } from "@onrush/shared/api/scenarioApi.ts";
import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { type Scenario, scenarioSchema } from "@onrush/shared/scenario/scenarioSchema.ts";
import type { ScenarioFiles } from "./scenarioFiles.ts";
import type { BodySpec, Parsed } from "../http/route.ts";

/** What the store adds; accepted and ignored where a document from a GET may come back. */
const readOnlyFields = ["id", "ownerId", "createdAt", "updatedAt", "runId"] as const;

type Raw = Record<string, unknown>;
const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const booleanSchema = scenarioSchema.shape.tls.unwrap().shape.rejectUnauthorized.unwrap();

const createSchema = scenarioSchema
  .extend({
    autoStart: booleanSchema
      .default(true)
      .meta({ description: "Start a run at once; not stored with the scenario." }),
  })
  .meta({ id: "CreateScenario" });

const replaceSchema = scenarioSchema
  .extend(storedScenarioSchema.pick({ id: true, ownerId: true }).partial().shape)
  .extend(storedScenarioSchema.pick({ createdAt: true, updatedAt: true }).partial().shape)
  .meta({ id: "ReplaceScenario", description: "id, ownerId, createdAt, updatedAt are ignored." });

async function parse(raw: unknown, files: ScenarioFiles): Promise<Parsed<Scenario>> {
  const parsed = parseScenario(raw, await files.factsOf(raw));
  return parsed.ok ? { ok: true, value: parsed.scenario } : parsed;
}

function without(raw: unknown, fields: readonly string[]): unknown {
  if (!isObject(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !fields.includes(key)));
}

/** Body of `POST /scenarios`: a scenario, and whether to start it. */
export const createBody = (
  files: ScenarioFiles,
): BodySpec<{ scenario: Scenario; autoStart: boolean }> => ({
  schema: createSchema,
  async parse(raw) {
    const given = isObject(raw) ? raw["autoStart"] : undefined;
    const autoStart = given === undefined ? true : given;
    const parsed = await parse(without(raw, ["autoStart"]), files);
    const problems = parsed.ok ? [] : [...parsed.problems];
    if (typeof autoStart !== "boolean") {
      problems.push({ path: "autoStart", message: "expected boolean" });
    }
    if (!parsed.ok || typeof autoStart !== "boolean") return { ok: false, problems };
    return { ok: true, value: { scenario: parsed.value, autoStart } };
  },
});

/** Body of `PUT /scenarios/{id}`: also the answer of a GET, edited. */
export const replaceBody = (files: ScenarioFiles): BodySpec<Scenario> => ({
  schema: replaceSchema,
  parse: (raw) => parse(without(raw, readOnlyFields), files),
});

/** Body of `POST /scenarios/preview`: whatever could be posted or put. */
export const previewBody = (files: ScenarioFiles): BodySpec<Scenario> => ({
  schema: createSchema,
  parse: (raw) => parse(without(raw, [...readOnlyFields, "autoStart"]), files),
});
