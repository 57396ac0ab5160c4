import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scenarioJsonSchema } from "@onrush/shared/scenario/scenarioJsonSchema.ts";
import { expect, test } from "vitest";
import { root } from "./pages.ts";
import { referenceOf, withReference } from "./reference.ts";

const page = readFileSync(join(root, "docs/scenarios.md"), "utf8");

test("docs/scenarios.md has the fields as the schema has them (vitest -u writes them)", async () => {
  const written = withReference(page, referenceOf(scenarioJsonSchema()));
  await expect(written).toMatchFileSnapshot("scenarios.md");
});

test("every field of every definition has its row", () => {
  const reference = referenceOf(scenarioJsonSchema());
  for (const field of ["loadProfile", "tls.rejectUnauthorized", "bursts[].rps", "generate.count"]) {
    expect(reference).toContain(`| \`${field}\` |`);
  }
});

interface Node {
  $ref?: string;
  description?: string;
  properties?: Record<string, Node>;
}

/** The paths of all fields, wherever in the schema, that say nothing of what they are for. */
function undescribed(schema: unknown, path = ""): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {} } = schema as Node;
  const silent = Object.entries(properties).filter(([, field]) => !isDescribed(field));
  return [
    ...silent.map(([name]) => `${path}/${name}`),
    ...Object.entries(schema).flatMap(([key, value]) => undescribed(value, `${path}/${key}`)),
  ];
}

const definitions = (scenarioJsonSchema() as { $defs: Record<string, Node> }).$defs;

/** A field with a schema that others have too may leave it to that. */
function isDescribed({ description, $ref }: Node): boolean {
  if (description !== undefined) return description.trim().length > 0;
  const definition = definitions[$ref?.replace("#/$defs/", "") ?? ""];
  return definition !== undefined && isDescribed(definition);
}

test("every field of the published schema has a description", () => {
  expect(undescribed(scenarioJsonSchema())).toEqual([]);
});

test("every row of the reference says what its field is for", () => {
  const rows = referenceOf(scenarioJsonSchema())
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(100);
  expect(rows.filter((row) => / {2}\|$/.test(row))).toEqual([]);
});

test("a table tells type, default, limits and description, and nested fields by their path", () => {
  const schema = {
    $defs: {
      ...Object.fromEntries(
        ["Workload", "Step", "Block", "Parallel", "Choice", "DataSet"].map((name) => [name, {}]),
      ),
      ScenarioDocument: {
        description: "All of it.",
        required: ["name"],
        properties: {
          name: { type: "string", minLength: 1, maxLength: 9, description: "Its | name." },
          steps: { type: "array", items: { $ref: "#/$defs/Step" }, maxItems: 3 },
          share: {
            anyOf: [{ type: "number", exclusiveMinimum: 0 }, { enum: ["all", "none"] }],
            default: "all",
          },
          tls: { $ref: "#/$defs/__schema0" },
        },
      },
      __schema0: { type: "object", properties: { strict: { type: "boolean" } } },
      LoadProfile: {
        oneOf: [{ properties: { type: { const: "VUS" }, vus: { type: "integer", minimum: 1 } } }],
      },
    },
  };
  const lines = referenceOf(schema).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      "| `name` | text | needed | 1 to 9 characters | Its \\| name. |",
      "| `steps` | list of [Step](#reference-step) |  | at most 3 items |  |",
      '| `share` | number or `"all"` or `"none"` | `"all"` |  |  |',
      "| `tls` | `{ strict }` |  |  |  |",
      "| `tls.strict` | boolean |  |  |  |",
      "**VUS**",
      "| `vus` | whole number |  | at least 1 |  |",
    ]),
  );
});

test("a page without markers is told", () => {
  expect(() => withReference("# Page", "x")).toThrow(/markers/);
});
