/** Field tables of the scenario document, made of its JSON Schema. */

interface Schema {
  $ref?: string;
  id?: string;
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema | boolean;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  $defs?: Record<string, Schema>;
}

/** Sections, in the order of the page; what is not here is written where it is used. */
const sections = [
  ["ScenarioDocument", "Scenario"],
  ["Workload", "Workload"],
  ["Step", "Step"],
  ["Block", "Block"],
  ["Parallel", "Parallel"],
  ["Choice", "Choice"],
  ["LoadProfile", "Load profile"],
  ["DataSet", "Data set"],
] as const;

const titles = new Map<string, string>(sections);
const anchor = (title: string) => `#reference-${title.toLowerCase().replaceAll(" ", "-")}`;

const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 3 });
const code = (value: unknown) => `\`${JSON.stringify(value)}\``;
/** Text of descriptions; in Markdown an angle bracket begins a tag. */
const prose = (text: string) => text.replaceAll("<", "&lt;");
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

class Reference {
  readonly #definitions: Record<string, Schema>;

  constructor(definitions: Record<string, Schema>) {
    this.#definitions = definitions;
  }

  /** The schema itself, or the nameless one that it refers to. */
  resolve(schema: Schema): Schema {
    const name = schema.$ref?.replace("#/$defs/", "");
    if (name === undefined || titles.has(name)) return schema;
    const { $ref, ...own } = schema;
    const definition = this.#definitions[name] ?? {};
    // The only one that contains itself is JSON of any kind.
    if (!name.startsWith("Flow") && JSON.stringify(definition).includes(`"${$ref}"`)) return own;
    return this.resolve({ ...definition, ...own });
  }

  type(source: Schema): string {
    const schema = this.resolve(source);
    const title = titles.get(schema.$ref?.replace("#/$defs/", "") ?? "");
    if (title !== undefined) return `[${title}](${anchor(title)})`;
    const either = schema.anyOf ?? schema.oneOf;
    if (either !== undefined) {
      return [...new Set(either.map((one) => this.type(one)))].join(" or ");
    }
    if (schema.const !== undefined) return code(schema.const);
    if (schema.enum !== undefined) return schema.enum.map(code).join(" or ");
    switch (schema.type) {
      case "string":
        return "text";
      case "integer":
        return "whole number";
      case "array":
        return this.#listType(schema);
      case "object":
        return this.#objectType(schema);
      default:
        return schema.type ?? "any JSON";
    }
  }

  #listType(schema: Schema): string {
    if (schema.prefixItems !== undefined) {
      return `[${schema.prefixItems.map((one) => this.type(one)).join(", ")}]`;
    }
    return typeof schema.items === "object" ? `list of ${this.type(schema.items)}` : "list";
  }

  #objectType(schema: Schema): string {
    const names = Object.keys(schema.properties ?? {});
    if (names.length > 0) return `\`{ ${names.join(", ")} }\``;
    const values = schema.additionalProperties;
    return typeof values === "object" ? `names with ${this.type(values)}` : "object";
  }

  #limits(source: Schema): string {
    const schema = this.resolve(source);
    const range = (least: number | undefined, most: number | undefined, unit: string) => {
      // What JavaScript can count to is no limit of ours.
      const from = least === undefined || least <= Number.MIN_SAFE_INTEGER ? undefined : least;
      const to = most === undefined || most >= Number.MAX_SAFE_INTEGER ? undefined : most;
      if (from === undefined && to === undefined) return [];
      if (from === undefined) return [`at most ${number(to ?? 0)}${unit}`];
      return [
        to === undefined
          ? `at least ${number(from)}${unit}`
          : `${number(from)} to ${number(to)}${unit}`,
      ];
    };
    return [
      ...range(schema.minimum, schema.maximum, ""),
      ...(schema.exclusiveMinimum === undefined
        ? []
        : [`above ${number(schema.exclusiveMinimum)}`]),
      ...range(schema.minLength, schema.maxLength, " characters"),
      ...range(schema.minItems, schema.maxItems, " items"),
    ].join(", ");
  }

  /** The rows of an object, those of objects in it and of lists of objects below their own. */
  #rows(schema: Schema, prefix: string): string[] {
    return Object.entries(schema.properties ?? {}).flatMap(([name, source]) => {
      const field = this.resolve(source);
      const path = `${prefix}${name}`;
      const isNeeded = schema.required?.includes(name) === true;
      const fallback = isNeeded ? "needed" : field.default === undefined ? "" : code(field.default);
      const columns = [
        `\`${path}\``,
        this.type(source),
        fallback,
        this.#limits(source),
        prose(field.description ?? ""),
      ];
      const item = typeof field.items === "object" ? this.resolve(field.items) : undefined;
      return [
        `| ${columns.map(cell).join(" | ")} |`,
        ...this.#rows(field.$ref === undefined ? field : {}, `${path}.`),
        ...(item === undefined || item.$ref !== undefined ? [] : this.#rows(item, `${path}[].`)),
      ];
    });
  }

  #table(schema: Schema): string {
    const head = [
      "| field | type | default | limits | what it says |",
      "| --- | --- | --- | --- | --- |",
    ];
    return [...head, ...this.#rows(schema, "")].join("\n");
  }

  section(name: string, title: string): string {
    const schema = this.#definitions[name];
    if (schema === undefined) throw new Error(`the schema has no ${name}: see docs/reference.ts`);
    const variants = schema.anyOf ?? schema.oneOf;
    const tables =
      variants === undefined
        ? [this.#table(schema)]
        : variants.map((one) => {
            const variant = this.resolve(one);
            const kind = variant.properties?.["type"]?.const;
            return `**${typeof kind === "string" ? kind : title}**\n\n${this.#table(variant)}`;
          });
    const heading = `### <a id="${anchor(title).slice(1)}"></a>${title}`;
    return [
      heading,
      ...(schema.description === undefined ? [] : [prose(schema.description)]),
      ...tables,
    ].join("\n\n");
  }
}

/** Every section of the reference, from the JSON Schema of scenarios. */
export function referenceOf(schema: object): string {
  const reference = new Reference((schema as Schema).$defs ?? {});
  return sections.map(([name, title]) => reference.section(name, title)).join("\n\n");
}

const BEGIN = "<!-- reference begins: `vitest run --project unit docs/reference -u` writes it -->";
const END = "<!-- reference ends -->";

/** The page with what stands between its markers replaced. */
export function withReference(page: string, reference: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("the page has no markers for the reference");
  return `${page.slice(0, begin + BEGIN.length)}\n\n${reference}\n\n${page.slice(end)}`;
}
