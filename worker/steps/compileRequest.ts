import type { Auth, StepDefaults } from "@onrush/shared/scenario/requestFields.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import {
  compileTemplate,
  joinParts,
  renderText,
  type Text,
} from "@onrush/shared/template/compileTemplate.ts";
import { encodeForHeader } from "@onrush/shared/template/encodings.ts";
import { segmentsOf } from "@onrush/shared/template/parseTemplate.ts";
import { compilePath } from "@onrush/shared/template/urlTemplate.ts";
import { encodeFast, encodeOnce } from "../protocols/http/contentCoding.ts";
import type { HttpRequest } from "../protocols/http/httpRequest.ts";
import { compileBody, type CompiledBody, withQuery } from "./compileBody.ts";
import { compileInspection } from "./inspectAnswer.ts";
import type { StepLanguage } from "./stepLanguage.ts";

export const noDefaults: StepDefaults = { outcomes: [] };

/** The value of Authorization; undefined when none is asked for. */
function authorization(auth: Auth | undefined, { environment }: StepLanguage): Text | undefined {
  if (auth === undefined || auth === "none") return undefined;
  const compile = (text: string, encode?: (value: string) => string) =>
    compileTemplate(segmentsOf(text), environment, encode);
  if ("bearer" in auth) return joinParts(["Bearer ", compile(auth.bearer, encodeForHeader)]);
  const { user, password } = auth.basic;
  const pair = joinParts([compile(user), ":", compile(password)]);
  if (typeof pair === "string") return `Basic ${environment.base64(pair)}`;
  return joinParts(["Basic ", (subject) => environment.base64(renderText(pair, subject))]);
}

/** Headers that fields of the step stand for, in front of those it names itself. */
function headersOf(
  step: Step,
  defaults: StepDefaults,
  contentType: string | null,
  language: StepLanguage,
): [string, Text][] {
  const named = new Set(Object.keys(step.headers).map((name) => name.toLowerCase()));
  const headers: [string, Text][] = Object.entries(step.headers).map(([name, value]) => [
    name,
    compileTemplate(segmentsOf(value), language.environment, encodeForHeader),
  ]);
  const add = (name: string, value: Text | null | undefined) => {
    if (value !== null && value !== undefined && !named.has(name)) headers.unshift([name, value]);
  };
  add("accept-encoding", (step.acceptEncoding ?? defaults.acceptEncoding)?.join(", "));
  add("authorization", authorization(step.auth ?? defaults.auth, language));
  add("content-encoding", step.compress);
  add("content-type", contentType);
  return headers;
}

/** A body that is always the same is compressed once, others when they are sent. */
function encoded(body: CompiledBody["text"], compress: Step["compress"]): CompiledBody["text"] {
  if (compress === undefined) return body;
  if (body instanceof Uint8Array) return encodeOnce[compress](body);
  return { ...body, encode: encodeFast[compress] };
}

/** The request of a step; a body gets its content type unless the step names one. */
export function compileRequest(
  step: Step,
  language: StepLanguage,
  defaults: StepDefaults = noDefaults,
): HttpRequest {
  const path = withQuery(compilePath(step.url, language.environment), step.query, language);
  const body = compileBody(step, language);
  const headers = headersOf(step, defaults, body?.contentType ?? null, language);
  return {
    method: step.method,
    url: typeof path === "string" ? new URL(step.url).origin + path : step.url,
    headers: Object.fromEntries(headers),
    body: body === null ? null : encoded(body.text, step.compress),
    ...(typeof path === "string" ? {} : { path }),
    inspection: compileInspection(step, language.variable, defaults),
  };
}
