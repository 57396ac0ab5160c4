import { createHash, createHmac } from "node:crypto";
import { DataSets } from "@onrush/shared/data/dataSets.ts";
import type { TemplateEnvironment } from "@onrush/shared/template/compileTemplate.ts";
import type { IsBareField } from "@onrush/shared/template/jsonTemplate.ts";
import { type LoadedFiles, noFiles } from "../engine/engineMessages.ts";
import { fileRows } from "./fileRows.ts";
import type { Task } from "@onrush/shared/wire/task.ts";

interface LanguageOptions extends Pick<Task, "data" | "dataSeed" | "seed"> {
  constants?: Task["constants"] | undefined;
  files?: LoadedFiles;
}

/** What the steps of one workload share: data, variables, randomness. */
export class StepLanguage {
  readonly environment: TemplateEnvironment;
  readonly isBareField: IsBareField;
  readonly #variables = new Map<string, number>();

  readonly #contents: LoadedFiles["contents"];

  constructor({ data, dataSeed, seed, files = noFiles, constants = {} }: LanguageOptions) {
    const tables = Object.entries(files.tables).map(
      ([set, table]) => [set, fileRows(table)] as const,
    );
    const sets = new DataSets(data, dataSeed, seed, new Map(tables));
    this.#contents = files.contents;
    let place = 0;
    this.isBareField = (set, field) => sets.isBare(set, field);
    this.environment = {
      seed,
      nowMs: Date.now,
      data: (set, field) => sets.field(set, field),
      variable: this.variable,
      constants: new Map(Object.entries(constants)),
      base64: (text) => Buffer.from(text).toString("base64"),
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      hmac: (key, text) => createHmac("sha256", key).update(text).digest("hex"),
      nextPlace: () => place++,
    };
  }

  /** Names of the variables by where they lie. */
  get variables(): string[] {
    return [...this.#variables.keys()];
  }

  /** The bytes of a file that a step names. Throws RangeError when it was not loaded. */
  contents(name: string): Uint8Array {
    const memory = this.#contents[name];
    if (memory === undefined) throw new RangeError(`the file ${name} was not loaded`);
    // Sockets write from memory of their own thread.
    return new Uint8Array(memory).slice();
  }

  readonly variable = (name: string): number => {
    const known = this.#variables.get(name);
    if (known !== undefined) return known;
    this.#variables.set(name, this.#variables.size);
    return this.#variables.size - 1;
  };
}
