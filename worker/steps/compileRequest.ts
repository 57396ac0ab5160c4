import { createHash, createHmac } from "node:crypto";
import { DataSets } from "@onrush/shared/data/dataSets.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import {
  compileTemplate,
  type TemplateEnvironment,
  type Text,
} from "@onrush/shared/template/compileTemplate.ts";
import { encodeForHeader } from "@onrush/shared/template/encodings.ts";
import { compileJson, type IsBareField } from "@onrush/shared/template/jsonTemplate.ts";
import { segmentsOf } from "@onrush/shared/template/parseTemplate.ts";
import { compilePath } from "@onrush/shared/template/urlTemplate.ts";
import type { Task } from "@onrush/shared/wire/task.ts";
import type { HttpRequest } from "../protocols/http/httpRequest.ts";
import { compileInspection } from "./inspectAnswer.ts";

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

const encoder = new TextEncoder();

function bodyOf(body: NonNullable<Step["body"]>, language: StepLanguage): Text {
  if (typeof body === "string") return compileTemplate(segmentsOf(body), language.environment);
  return compileJson(body, language.environment, language.isBareField);
}

/** The request of a step; a JSON body gets its content type unless the step names one. */
export function compileRequest(step: Step, language: StepLanguage): HttpRequest {
  const { method, url, body } = step;
  const { environment } = language;
  const named = Object.keys(step.headers).some((name) => name.toLowerCase() === "content-type");
  const isJson = body !== undefined && typeof body !== "string";
  const headers: [string, Text][] = Object.entries(step.headers).map(([name, value]) => [
    name,
    compileTemplate(segmentsOf(value), environment, encodeForHeader),
  ]);
  if (isJson && !named) headers.unshift(["content-type", "application/json"]);
  const path = compilePath(url, environment);
  const text = body === undefined ? null : bodyOf(body, language);
  return {
    method,
    url,
    headers: Object.fromEntries(headers),
    body: typeof text === "string" ? encoder.encode(text) : text,
    ...(typeof path === "string" ? {} : { path }),
    inspection: compileInspection(step, language.variable),
  };
}
