import { parseScenario } from "@onrush/shared/scenario/parseScenario.ts";
import { namedFiles } from "@onrush/shared/scenario/fileUse.ts";
import { importCurl } from "./curl.ts";
import { importHar } from "./har.ts";
import { type Imported, type ImportedScenario, ImportError } from "./imported.ts";
import { importK6 } from "./k6.ts";
import { importOpenapi } from "./openapi.ts";
import { importPostman } from "./postman.ts";
import { isObject, objectOf, type Raw } from "./raw.ts";
import { retarget } from "./retarget.ts";
import { HAR_DEFAULTS, type HarOptions, type SourceKind, sourceKinds } from "./sourceKinds.ts";

export interface ImportOptions {
  from?: SourceKind;
  baseUrl?: string;
  har?: HarOptions;
}

/** Reads JSON, and whatever else documents are written in. Throws with a reason. */
export type ParseDocument = (text: string) => unknown;

const k6Fields = ["scenarios", "stages", "thresholds", "vus", "iterations", "duration", "options"];

function kindOfDocument(document: Raw): SourceKind | undefined {
  if (isObject(document["log"])) return "har";
  if (document["openapi"] !== undefined || document["swagger"] !== undefined) return "openapi";
  const collection = isObject(document["collection"]) ? document["collection"] : document;
  if (isObject(collection["info"]) && Array.isArray(collection["item"])) return "postman";
  return k6Fields.some((field) => document[field] !== undefined) ? "k6" : undefined;
}

/** What a text is, by its first words or its fields. */
export function detectKind(text: string, parse: ParseDocument): SourceKind {
  if (/^\s*(\$\s+)?(\S*[/\\])?curl(\.exe)?\s/.test(text)) return "curl";
  if (/^\s*export\s|\bexport\s+(const|let|var)\s+options\b/m.test(text)) return "k6";
  let kind: SourceKind | undefined;
  try {
    kind = kindOfDocument(objectOf(parse(text)));
  } catch (error) {
    // A limit of this program, not of the source.
    if (error instanceof RangeError) throw error;
    kind = undefined;
  }
  if (kind !== undefined) return kind;
  const known = sourceKinds.join(", ");
  throw new ImportError(
    `what kind of source this is cannot be told: name it with --from (${known})`,
  );
}

function parsed(text: string, parse: ParseDocument): unknown {
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImportError(`cannot be read: ${reason}`);
  }
}

function convert(text: string, kind: SourceKind, parse: ParseDocument, har: HarOptions): Imported {
  switch (kind) {
    case "curl":
      return importCurl(text);
    case "k6":
      return importK6(text);
    case "har":
      return importHar(parsed(text, parse), har);
    case "openapi":
      return importOpenapi(parsed(text, parse));
    case "postman":
      return importPostman(parsed(text, parse));
  }
}

/** Checks a scenario whose files are found and read later, by who runs it. */
export function checkImported(scenario: ImportedScenario) {
  const unread = { sha256: "0".repeat(64), bytes: 0 };
  const files = namedFiles(scenario).map(({ name }) => [name, unread] as const);
  return parseScenario(
    files.length === 0 ? scenario : { ...scenario, files: Object.fromEntries(files) },
  );
}

/** SLA lines that the scenario cannot be judged by stay behind, each with the reason. */
function withoutUnfitLines({ scenario, left }: Imported): Imported {
  const checked = checkImported(scenario);
  if (checked.ok || scenario.sla === undefined) return { scenario, left };
  const reasons = new Map(checked.problems.map(({ path, message }) => [path, message]));
  const { sla, ...rest } = scenario;
  const reasonOf = (i: number) => reasons.get(`sla[${i}]`);
  const notes = sla.flatMap((line, i) => {
    const message = reasonOf(i);
    return message === undefined ? [] : [{ where: `sla[${i}] ${JSON.stringify(line)}`, message }];
  });
  const kept = sla.filter((_line, i) => reasonOf(i) === undefined);
  return {
    scenario: kept.length > 0 ? { ...rest, sla: kept } : rest,
    left: [...left, ...notes],
  };
}

/** A source as a scenario that `parseScenario` accepts. Throws ImportError. */
export function importSource(
  text: string,
  options: ImportOptions,
  parse: ParseDocument,
): Imported & { kind: SourceKind } {
  const kind = options.from ?? detectKind(text, parse);
  const imported = withoutUnfitLines(convert(text, kind, parse, options.har ?? HAR_DEFAULTS));
  const { baseUrl } = options;
  const scenario = baseUrl === undefined ? imported.scenario : retarget(imported.scenario, baseUrl);
  const checked = checkImported(scenario);
  if (!checked.ok) {
    const lines = checked.problems.map(({ path, message }) => `  ${path}: ${message}`).join("\n");
    throw new ImportError(`what it asks for is not possible here:\n${lines}`);
  }
  const left = imported.left
    .filter((note) => baseUrl === undefined || note.ofStandIn !== true)
    .map(({ where, message }) => ({ where, message }));
  return { kind, scenario, left };
}
