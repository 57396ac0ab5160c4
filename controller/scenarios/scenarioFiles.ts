import { setImmediate as turn } from "node:timers/promises";
import { dataSetSchema, MAX_DATA_SETS } from "@onrush/shared/data/dataSchema.ts";
import { FileProblem } from "@onrush/shared/data/fileProblem.ts";
import { fileOf, type FileSet, readingOf, readRows } from "@onrush/shared/data/readRows.ts";
import {
  type FileFacts,
  fileRefSchema,
  type FileRef,
  MAX_FILES,
  type RowFacts,
} from "@onrush/shared/scenario/files.ts";
import type { Problem } from "@onrush/shared/scenario/problems.ts";
import type { KeptFiles } from "./keptFiles.ts";

/** Facts of files that were read once: what a file holds never changes. */
const MAX_REMEMBERED = 200;

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];

/** What the files of scenarios hold, as far as it decides whether a scenario is a good one. */
export class ScenarioFiles {
  readonly #files: Pick<KeptFiles, "touch" | "get">;
  readonly #known = new Map<string, RowFacts>();

  constructor(files: Pick<KeptFiles, "touch" | "get">) {
    this.#files = files;
  }

  /** Of a raw document; whatever has the wrong type, or is too much, is left to the schema. */
  async factsOf(document: unknown): Promise<FileFacts> {
    const fields = new Map(entriesOf(document));
    const refs = new Map<string, FileRef>();
    const problems: Problem[] = [];
    for (const [name, value] of entriesOf(fields.get("files")).slice(0, MAX_FILES)) {
      const ref = fileRefSchema.safeParse(value);
      if (!ref.success) continue;
      refs.set(name, ref.data);
      if (await this.#files.touch(ref.data.sha256)) continue;
      refs.delete(name);
      const message = `was not uploaded: PUT it to /api/v1/files/${ref.data.sha256} first`;
      problems.push({ path: `files.${name}`, message });
    }
    const sets = new Map<string, RowFacts>();
    for (const [name, value] of entriesOf(fields.get("data")).slice(0, MAX_DATA_SETS)) {
      const set = dataSetSchema.safeParse(value);
      const file = set.success ? fileOf(set.data) : undefined;
      const ref = file === undefined ? undefined : refs.get(file);
      if (!set.success || ref === undefined) continue;
      try {
        sets.set(name, await this.#read(set.data, ref.sha256));
      } catch (error) {
        if (!(error instanceof FileProblem)) throw error;
        const message = `${String(file)}, line ${error.line}: ${error.message}`;
        problems.push({ path: `data.${name}`, message });
      }
    }
    return { sets, problems };
  }

  async #read(set: FileSet, sha256: string): Promise<RowFacts> {
    const key = `${sha256} ${readingOf(set)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const bytes = (await this.#files.get(sha256)) ?? new Uint8Array(0);
    const { fields, rows } = await readRows(set, bytes, turn);
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(key, { fields, rows });
    return { fields, rows };
  }
}
