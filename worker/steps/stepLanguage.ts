import { createHash, createHmac } from "node:crypto";
import { DataSets } from "@onrush/shared/data/dataSets.ts";
import type { TemplateEnvironment } from "@onrush/shared/template/compileTemplate.ts";
import type { IsBareField } from "@onrush/shared/template/jsonTemplate.ts";
import type { Task } from "@onrush/shared/wire/task.ts";

/** What the steps of one workload share: data, variables, randomness. */
export class StepLanguage {
  readonly environment: TemplateEnvironment;
  readonly isBareField: IsBareField;
  readonly #variables = new Map<string, number>();

  constructor({ data, dataSeed, seed }: Pick<Task, "data" | "dataSeed" | "seed">) {
    const sets = new DataSets(data, dataSeed, seed);
    let place = 0;
    this.isBareField = (set, field) => sets.isBare(set, field);
    this.environment = {
      seed,
      nowMs: Date.now,
      data: (set, field) => sets.field(set, field),
      variable: this.variable,
      base64: (text) => Buffer.from(text).toString("base64"),
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      hmac: (key, text) => createHmac("sha256", key).update(text).digest("hex"),
      nextPlace: () => place++,
    };
  }

  readonly variable = (name: string): number => {
    const known = this.#variables.get(name);
    if (known !== undefined) return known;
    this.#variables.set(name, this.#variables.size);
    return this.#variables.size - 1;
  };
}
