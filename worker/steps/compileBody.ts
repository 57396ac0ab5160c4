import type { Fields, Part } from "@onrush/shared/scenario/requestFields.ts";
import type { Step } from "@onrush/shared/scenario/scenarioSchema.ts";
import {
  compileEncoded,
  compileTemplate,
  joinParts,
  type Text,
} from "@onrush/shared/template/compileTemplate.ts";
import { encodeForForm, encodeForPart, encodeForUrl } from "@onrush/shared/template/encodings.ts";
import { compileJson } from "@onrush/shared/template/jsonTemplate.ts";
import { segmentsOf } from "@onrush/shared/template/parseTemplate.ts";
import { hash32 } from "@onrush/shared/random/hashRandom.ts";
import type { StepLanguage } from "./stepLanguage.ts";

export interface CompiledBody {
  /** Sent unless the step names one; null leaves it to the target to guess. */
  contentType: string | null;
  text: Text;
}

function pairsOf(fields: Fields): [name: string, value: string][] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values.map((one): [string, string] => [name, String(one)]);
  });
}

/** `a=1&a=2&b=3`, each name and value encoded. */
function compileFields(
  fields: Fields,
  { environment }: StepLanguage,
  encode: (value: string) => string,
): Text {
  const encoded = (text: string) => compileEncoded(segmentsOf(text), environment, encode);
  const parts = pairsOf(fields).flatMap(([name, value], i) => [
    ...(i === 0 ? [] : ["&"]),
    ...[encoded(name), "=", encoded(value)],
  ]);
  return joinParts(parts);
}

/** Path and query with `query` behind them. */
export function withQuery(path: Text, query: Step["query"], language: StepLanguage): Text {
  if (query === undefined || pairsOf(query).length === 0) return path;
  const begin = typeof path === "string" ? path : path.literals.join("");
  const separator = begin.includes("?") ? (/[?&]$/.test(begin) ? "" : "&") : "?";
  return joinParts([path, separator, compileFields(query, language, encodeForUrl)]);
}

/** 128 bits that no part is going to contain; the same for the same scenario. */
function boundaryOf({ environment }: StepLanguage): string {
  const words = [0, 1, 2, 3].map((i) => hash32(environment.seed, BOUNDARY_STREAM, i));
  return `onrush-${words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("")}`;
}

const BOUNDARY_STREAM = 0x6d70;

function partOf(part: Part, { environment }: StepLanguage): Text[] {
  const compile = (text: string, encode?: (value: string) => string) =>
    compileTemplate(segmentsOf(text), environment, encode);
  const quoted = (text: string) => compileEncoded(segmentsOf(text), environment, encodeForPart);
  const { name, filename, contentType } = part;
  return [
    'Content-Disposition: form-data; name="',
    quoted(name),
    ...(filename === undefined ? [] : ['"; filename="', quoted(filename)]),
    '"\r\n',
    ...(contentType === undefined ? [] : [`Content-Type: ${contentType}\r\n`]),
    "\r\n",
    compile(String(part.value)),
    "\r\n",
  ];
}

function multipartBody(parts: readonly Part[], language: StepLanguage): CompiledBody {
  const boundary = boundaryOf(language);
  const texts = parts.flatMap((part) => [`--${boundary}\r\n`, ...partOf(part, language)]);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    text: joinParts([...texts, `--${boundary}--\r\n`]),
  };
}

/** The body of a step; null when it has none. */
export function compileBody(step: Step, language: StepLanguage): CompiledBody | null {
  const { body, form, multipart } = step;
  const { environment, isBareField } = language;
  if (form !== undefined) {
    const text = compileFields(form, language, encodeForForm);
    return { contentType: "application/x-www-form-urlencoded", text };
  }
  if (multipart !== undefined) return multipartBody(multipart, language);
  if (body === undefined) return null;
  if (typeof body === "string") {
    return { contentType: null, text: compileTemplate(segmentsOf(body), environment) };
  }
  return { contentType: "application/json", text: compileJson(body, environment, isBareField) };
}
